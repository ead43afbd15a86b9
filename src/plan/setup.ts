import { createHash } from 'node:crypto';
import type { Columns } from '../columns/index.ts';
import type { AnyModel, AnyReadable, AnyTable, RunValue, Setting } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, type Node, whereOf } from '../graph/index.ts';
import { type Change, type Dialect, type ExistingTable, type Place, placeText } from '../ports/index.ts';
import { emptySpelling } from './empty.ts';
import { placeOf, shownPlace, type TableLayout } from './layout.ts';
import type { StepModel } from './model.ts';
import { definitionOf } from './reads.ts';
import { spellBody } from './spell.ts';

interface ViewLayout {
  readonly place: Place;
  /** Where it is declared, for people. */
  readonly written: string;
  readonly query: string;
  readonly definition: string;
}

/**
 * A view's query over the tables themselves. Its columns are the declared ones, by name; a setting is read when the view is, so a change of it
 * shows at once. `definition` is the hash by which set-up knows that the view is another one than before; an engine keeps the types of what a view
 * shows with it, so they are part of it.
 */
export function viewOf(model: StepModel, graph: Graph, dialect: Dialect): ViewLayout {
  const table = model.node.definition as AnyTable;
  const names = (columns: object) =>
    Object.keys(columns)
      .map((name) => dialect.identifier(name))
      .join(', ');
  const types: string[] = [];
  const relation = (of: AnyReadable) => {
    types.push(...Object.values<Columns[string]>(of.columns).map(({ facts }) => dialect.type(facts)));
    return `(select ${names(of.columns)} from ${dialect.place(shownPlace(graph.nodeOf(definitionOf(of)), graph))})`;
  };
  const setting = (one: Setting<unknown>) =>
    `(select ${dialect.identifier(one.setting)} from ${dialect.place(placeOf(graph.nodeOf(one.of)))})`;
  const empty = emptySpelling(dialect);
  // The champion of when somebody looks.
  const run = (value: RunValue): string => {
    if (value.run !== 'champion') return empty.run(value);
    const { catalog, id } = graph.nodeOf(value.of);
    return dialect.champion(catalog, id);
  };
  const body = spellBody(table.spec.rows, { ...empty, relation, setting, run });
  const query = `select ${names(table.columns)} from (${body}\n) as body`;
  return {
    place: placeOf(model.node),
    written: whereOf(table),
    query,
    definition: hashOf([query, ...types]),
  };
}

const hashOf = (texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);

/** The view of a table inside a model: the rows of the version that is the champion when somebody looks. */
export function championView(node: Node, graph: Graph, dialect: Dialect): ViewLayout {
  const table = node.definition as AnyTable;
  const model = graph.nodeOf(node.inside as AnyModel);
  const names = Object.keys(table.columns).map(dialect.identifier).join(', ');
  const types = Object.values<Columns[string]>(table.columns).map(({ facts }) => dialect.type(facts));
  const champion = dialect.champion(model.catalog, model.id);
  const query = `select ${names} from ${dialect.place(placeOf(node))} where model_version = ${champion}`;
  return {
    place: shownPlace(node, graph),
    written: whereOf(table),
    query,
    definition: hashOf([query, ...types]),
  };
}

/**
 * What is missing, as changes, each schema before what is in it; nothing that is there is dropped, and columns that nobody declares any more stay.
 * `canonical` names a type as the engine describes it. Throws SETUP_CONFLICT where something else has the name.
 */
export function missing(
  wanted: { readonly tables: readonly TableLayout[]; readonly views: readonly ViewLayout[] },
  existing: readonly ExistingTable[],
  canonical: (type: string) => string,
): readonly Change[] {
  const there = new Map(existing.map((table) => [placeText(table.place), table]));
  const schemas = new Set(existing.map((table) => table.place.schema));
  const changes: Change[] = [];
  const schemaOf = ({ schema }: Place) => {
    if (schemas.has(schema) || schema === 'main') return;
    schemas.add(schema);
    changes.push({ change: 'create schema', schema });
  };
  for (const layout of wanted.tables) {
    schemaOf(layout.place);
    const found = there.get(placeText(layout.place));
    if (found) changes.push(...additions(layout, found, canonical));
    else changes.push(...creation(layout));
  }
  for (const view of wanted.views) {
    schemaOf(view.place);
    const found = there.get(placeText(view.place));
    if (found && !found.view) throw conflict(view, 'a table', 'a view');
    const { place, query, definition } = view;
    if (found?.definition !== definition) changes.push({ change: 'create view', place, query, definition });
  }
  return changes;
}

/** A table that steps write is registered too: a fence that is not there could not stop a writer that was overtaken. */
function creation(layout: TableLayout): readonly Change[] {
  const { place, columns, fenced, starts, about, invalidOf } = layout;
  return [
    { change: 'create table', place, columns, ...(about ? { about } : {}), ...(invalidOf ? { invalidOf } : {}) },
    ...(fenced ? [{ change: 'register', place } as const] : []),
    ...(starts ? [{ change: 'insert', place, ...starts } as const] : []),
  ];
}

/** Columns that the table does not have yet. Engines do not tell case apart. */
function additions(layout: TableLayout, found: ExistingTable, canonical: (type: string) => string): readonly Change[] {
  if (found.view) throw conflict(layout, 'a view', 'a table');
  const types = new Map(found.columns.map((column) => [column.name.toLowerCase(), column.type]));
  return layout.columns.flatMap((column): readonly Change[] => {
    const type = types.get(column.name.toLowerCase());
    if (type === undefined) return [{ change: 'add column', place: layout.place, column }];
    if (type === canonical(column.type)) return [];
    // How many values that would lose is asked of the engine.
    return [{ change: 'retype column', place: layout.place, column, from: type, lost: 0 }];
  });
}

const conflict = (of: TableLayout | ViewLayout, got: string, allowed: string): EsteiraError =>
  new EsteiraError('SETUP_CONFLICT', {
    what: `${placeText(of.place)} is there already, as something else; set-up never destroys.`,
    where: of.written,
    got,
    allowed,
    next: 'Give it another name, or move the old one out of the way yourself.',
  });

/** One line for people. */
export function changeText(change: Change): string {
  switch (change.change) {
    case 'create schema':
      return `create schema ${change.schema}`;
    case 'add column':
      return `add column ${change.place.schema}.${change.place.table}.${change.column.name} ${change.column.type}`;
    case 'retype column':
    case 'empty column':
      return `${change.change} ${change.place.schema}.${change.place.table}.${change.column.name} ${change.from} → ${change.column.type}`;
    case 'drop column':
      return `drop column ${change.place.schema}.${change.place.table}.${change.column}`;
    default:
      return `${change.change} ${change.place.schema}.${change.place.table}`;
  }
}
