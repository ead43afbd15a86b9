import { type ColumnFacts, type Columns, col, judgements, keyOf } from '../columns/index.ts';
import { type AnyTable, wayOf } from '../define/index.ts';
import { type AnySettings, companions, type Graph, type Node, whereOf } from '../graph/index.ts';
import { type DescribedColumn, type Dialect, hidden, type Place } from '../ports/index.ts';
import type { StepModel } from './model.ts';

/** A table as the warehouse must hold it. */
export interface TableLayout {
  readonly place: Place;
  /** Where it is declared, for people. */
  readonly written: string;
  readonly columns: readonly DescribedColumn[];
  /** Written by steps, under a fence. */
  readonly fenced: boolean;
  readonly about?: string;
  /** It takes the invalid rows of that table. */
  readonly invalidOf?: Place;
  /** Settings: the rows it starts with. */
  readonly starts?: { readonly columns: Columns; readonly rows: readonly object[] };
}

export const placeOf = (node: Node): Place => ({ catalog: node.catalog, schema: node.schema, table: node.table });
export const invalidPlaceOf = (node: Node, suffix: string): Place => ({
  ...placeOf(node),
  table: `${node.table}${suffix}`,
});
const beside = (place: Place, companion: string): Place => ({ ...place, table: `${place.table}${companion}` });
export const historyOf = (place: Place): Place => beside(place, companions.history);

/** The name without the end that says for what a table stands beside another. */
export function besides(name: string, { suffix }: Graph): string | undefined {
  const found = [suffix, ...Object.values(companions)].find((end) => name.endsWith(end));
  return found === undefined ? undefined : name.slice(0, -found.length);
}

/** Where people find it: of a table inside a model the view of the champion's rows. */
export const shownPlace = (node: Node, graph: Graph): Place =>
  node.inside ? { ...placeOf(node), table: besides(node.table, graph) ?? node.table } : placeOf(node);

const sequenceColumns = { [hidden.run]: col.bigint(), [hidden.sequence]: col.bigint() };
const rowColumn = { [hidden.row]: col.text() };
const originalColumns = { [hidden.original]: col.text(), [hidden.unread]: col.text() };

/** Of a table inside a model: the version that a row belongs to. */
export const versionColumn = { model_version: col.text() };

/** Every table that a step needs, its own last. A view is no table. */
export function layoutOf(model: StepModel, graph: Graph, dialect: Dialect): readonly TableLayout[] {
  const { node } = model;
  if (model.kind === 'view') return [];
  const typed = (columns: Columns): readonly DescribedColumn[] =>
    Object.entries<Columns[string]>(columns).map(([name, { facts }]) => ({ name, type: typeOf(name, facts, dialect) }));
  const place = placeOf(node);
  const written = whereOf(node.definition);
  if (node.definition.kind === 'source') {
    const columns = typed({ ...node.definition.columns, ...rowColumn, ...originalColumns, ...sequenceColumns });
    return [{ place, written, columns, fenced: true }];
  }
  if (node.definition.kind === 'model') {
    const { columns, facts } = node.definition;
    const about = facts.about ? { about: facts.about } : {};
    const all = typed({ ...columns, ...rowColumn, ...sequenceColumns });
    return [{ place, written, columns: all, fenced: true, ...about }];
  }
  const table = node.definition as AnyTable;
  const { columns, spec } = table;
  if (node.inside) {
    const all = typed({ ...versionColumn, ...columns, ...rowColumn, ...sequenceColumns });
    return [{ place, written, columns: all, fenced: true }];
  }
  const extra =
    spec.write === 'replace'
      ? sequenceColumns
      : { ...rowColumn, ...(model.keepsOriginal ? originalColumns : {}), ...sequenceColumns };
  const about = spec.about ? { about: spec.about } : {};
  const own: TableLayout = { place, written, columns: typed({ ...columns, ...extra }), fenced: true, ...about };
  const others: TableLayout[] = [];
  const add = (companion: string, all: Columns): void => {
    const layout = { place: beside(place, companion), written, columns: typed(all), fenced: false };
    others.push(layout);
  };
  if (wayOf(table, 'merge deleting')) {
    const kept = [...new Set([...keyOf(columns), ...(spec.duplicates?.by ?? [])])];
    const tombstone = Object.fromEntries(kept.map((name) => [name, columns[name]]));
    add(companions.deleted, { ...tombstone, ...rowColumn, ...sequenceColumns });
  }
  if (wayOf(table, 'history')) add(companions.rows, { ...spec.given, ...rowColumn, ...sequenceColumns });
  if (spec.invalid === 'set aside') {
    const flags = Object.fromEntries(flagsOf(table).map((flag) => [flag, col.boolean()]));
    const all = { ...table.invalid.columns, ...flags, ...sequenceColumns };
    others.push({
      place: invalidPlaceOf(node, graph.suffix),
      written,
      columns: typed(all),
      fenced: false,
      invalidOf: place,
    });
  }
  return [...others, own];
}

/** A flag for each rule: of the columns, then of whole rows. */
export const flagsOf = (table: AnyTable): readonly string[] => [
  ...judgements(table.spec.given).map((judgement) => judgement.flag),
  ...Object.keys(table.spec.rules),
];

/** `_unread` is a list of names, which the portable kinds store as JSON text; the engine keeps it as its own list. */
const typeOf = (name: string, facts: ColumnFacts, dialect: Dialect): string =>
  name === hidden.unread ? `${dialect.type(facts)}[]` : dialect.type(facts);

/** Columns of the history of settings: what changed, when, by whom and why. */
export const historyColumns = {
  changed_at: col.timestamp(),
  changed_by: col.text(),
  row_key: col.text().optional(),
  setting: col.text(),
  before: col.text().optional(),
  after: col.text().optional(),
  reason: col.text().optional(),
} satisfies Columns;

export function settingsLayout(node: Node<AnySettings>, dialect: Dialect): readonly TableLayout[] {
  const place = placeOf(node);
  const typed = (columns: Columns) =>
    Object.entries<Columns[string]>(columns).map(([name, { facts }]) => ({ name, type: dialect.type(facts) }));
  const { columns, rows } = node.definition;
  const written = whereOf(node.definition);
  return [
    { place: historyOf(place), written, columns: typed(historyColumns), fenced: false },
    { place, written, columns: typed(columns), fenced: false, starts: { columns, rows } },
  ];
}
