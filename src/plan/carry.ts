import { col } from '../columns/index.ts';
import { type AnyReadable, type AnyRows, type AnyTable, appends } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Graph, Node } from '../graph/index.ts';
import { type Dialect, hidden, type QueryFacts, type Warehouse } from '../ports/index.ts';
import { emptySpelling } from './empty.ts';
import type { StepModel } from './model.ts';
import { mentionsOf, type Read, readOf } from './reads.ts';
import { spellBody } from './spell.ts';

interface Asking {
  readonly graph: Graph;
  readonly warehouse: Pick<Warehouse, 'describe' | 'examine' | 'dialect'>;
}

/** What a table with `select *` over landing hands on with each row, after the user's columns. */
export const carriedNames: readonly string[] = [hidden.row, hidden.original, hidden.unread];

/**
 * A body that is a projection of exactly one relation which keeps the producer's rows hands on where each row came from. The engine is asked
 * about the query as it will be sent, with those names in it: a query in which they cannot stand hands on nothing.
 */
export async function carriedBy(
  rows: AnyRows,
  facts: QueryFacts,
  asking: Asking,
): Promise<StepModel['carried'] | undefined> {
  const { readables, predicts } = mentionsOf(rows);
  const [only] = readables;
  if (rows.recipe.by === 'map' || predicts || !facts.projection || !only || readables.length > 1) return undefined;
  const from = readOf(only, asking.graph);
  if (!(await keepsOriginal(from.node, asking))) return undefined;
  const star = facts.projection.star || isRelation(rows);
  if (!(await handsOn(rows, { star, names: carriedNames }, asking))) return undefined;
  const names = star ? Object.keys(from.node.definition.columns) : [];
  const same = names.map((name) => [name, [name]] as const);
  const others = new Set(Object.keys(facts.projection.from).map((name) => name.toLowerCase()));
  // With a star what has a name of its own is another value, be it renamed or replaced.
  const taken = names.filter((name) => !others.has(name.toLowerCase()));
  return { from, star, taken, reads: { ...Object.fromEntries(same), ...facts.projection.from } };
}

/** A history of rows that were appended one by one knows each by the identity that it has there. */
export async function originOf(
  { rows, write }: AnyTable['spec'],
  facts: QueryFacts,
  asking: Asking,
): Promise<StepModel['origin'] | undefined> {
  const { readables, predicts } = mentionsOf(rows);
  const [only, ...others] = readables;
  if (
    predicts ||
    typeof write !== 'object' ||
    write.way !== 'history' ||
    !facts.projection ||
    !only ||
    others.length > 0
  )
    return undefined;
  const from = readOf(only, asking.graph);
  const { spec } = from.node.definition as AnyTable;
  const star = facts.projection.star || isRelation(rows);
  if (rows.recipe.by === 'map' || !appends(from.node.definition) || spec.refusedBy) return undefined;
  return (await handsOn(rows, { star, names: [hidden.row] }, asking)) ? { from, star } : undefined;
}

const isRelation = ({ recipe }: AnyRows): boolean => ['name', 'since', 'unread'].includes(recipe.by);

/** Landing tables and files keep the producer's rows, and so does a table that appends all of such a one. */
export async function keepsOriginal(node: Node, asking: Asking): Promise<boolean> {
  const { definition } = node;
  if (definition.kind === 'source') return true;
  if (definition.kind !== 'table') return false;
  const { rows, write, refusedBy } = (definition as AnyTable).spec;
  if (write !== 'append' || refusedBy || rows.recipe.by === 'map') return false;
  const facts = await asking.warehouse.examine(spellBody(rows, emptySpelling(asking.warehouse.dialect)));
  return (await carriedBy(rows, facts, asking))?.star === true;
}

/** Asks the engine whether the carried names can stand in the query, each exactly once. */
async function handsOn(
  rows: AnyRows,
  { star, names }: { readonly star: boolean; readonly names: readonly string[] },
  { warehouse }: Asking,
): Promise<boolean> {
  const { dialect } = warehouse;
  const extra = Object.fromEntries(names.map((name) => [name, col.text()]));
  const relation = (of: AnyReadable) => dialect.emptyRelation({ ...of.columns, ...extra });
  const query = spellBody(rows, { ...emptySpelling(dialect), relation });
  const asked = star ? query : withCarried(query, dialect, names);
  if (asked === undefined) return false;
  try {
    const given = (await warehouse.describe(asked)).map((column) => column.name);
    return names.every((name) => given.filter((one) => one === name).length === 1);
  } catch (error) {
    if (error instanceof EsteiraError && error.code === 'QUERY_INVALID') return false;
    throw error;
  }
}

/** A projection that names its columns, with the carried ones before them; nothing when it does not begin as one. */
export function withCarried(
  query: string,
  dialect: Dialect,
  carried: readonly string[] = carriedNames,
): string | undefined {
  const begins = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*select\s+(?!all\b|distinct\b)/i.exec(query);
  if (!begins) return undefined;
  const names = carried.map((name) => dialect.identifier(name)).join(', ');
  return `${begins[0]}${names}, ${query.slice(begins[0].length)}`;
}

/** The names that a read brings with it. */
export function handedOn({ carried, origin }: StepModel, { node }: Read): readonly string[] {
  if (carried?.from.node.id === node.id) return carriedNames;
  return origin?.from.node.id === node.id ? [hidden.row] : [];
}
