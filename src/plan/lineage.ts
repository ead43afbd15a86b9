import { type AnyReadable, type AnyRows, type AnyTable, wayOf } from '../define/index.ts';
import type { Graph, Node } from '../graph/index.ts';
import type { AsOfJoin, ColumnOrigins, Dialect, Warehouse } from '../ports/index.ts';
import { emptySpelling } from './empty.ts';
import { placeOf } from './layout.ts';
import { definitionOf } from './reads.ts';
import { spellBody } from './spell.ts';

/** Where a column's values come from: columns of other nodes, or why nobody can tell from its definition. */
export type ColumnLineage =
  | { readonly from: readonly { readonly node: Node; readonly column: string }[] }
  | { readonly undecided: string };

/** For each column of a node, by its name in lower case; a source has none. */
export async function columnLineage(
  node: Node,
  { graph, warehouse }: { readonly graph: Graph; readonly warehouse: Pick<Warehouse, 'origins' | 'dialect'> },
): Promise<ReadonlyMap<string, ColumnLineage>> {
  const { definition } = node;
  const columns = Object.keys(definition.columns);
  const all = (lineage: (column: string) => ColumnLineage) =>
    new Map(columns.map((column) => [column.toLowerCase(), lineage(column)]));
  if (definition.kind !== 'table') return new Map();
  const { rows, refusedBy, receiptsOf, approval } = (definition as AnyTable).spec;
  if (refusedBy) return columnLineage(graph.nodeOf(refusedBy), { graph, warehouse });
  if (receiptsOf)
    return new Map(columns.map((name) => [name.toLowerCase(), ofReceipt(name, graph.nodeOf(receiptsOf))]));
  if (approval) {
    const of = graph.nodeOf(approval.of);
    const from = (column: string) => (column in of.definition.columns ? [{ node: of, column }] : []);
    return all((column) => ({ from: from(column) }));
  }
  if (rows.recipe.by === 'map') return all(() => ({ undecided: 'a function makes its rows' }));
  const { query, nodes } = queryOver(rows, graph, warehouse);
  const relations = Object.fromEntries([...nodes].map(([id, of]) => [id, Object.keys(of.definition.columns)]));
  const found = await warehouse.origins(query, relations);
  // Since and until when a version is true is said by when its rows were seen.
  const history = wayOf(definition, 'history');
  const seen = new Map(history ? [history.from, history.until].map((one) => [one, history.at]) : []);
  return all((column) => {
    const places = placesOf(seen.get(column) ?? column, found);
    if (!places) return { undecided: 'its query does not name the columns' };
    return {
      from: places.flatMap(([id, name]) => {
        const of = nodes.get(id);
        return of ? [{ node: of, column: name }] : [];
      }),
    };
  });
}

/** Of a receipt the key is the row's; the rest is said of how it was written. */
const ofReceipt = (name: string, node: Node): ColumnLineage => ({
  from: node.definition.columns[name]?.facts.isKey ? [{ node, column: name }] : [],
});

const placesOf = (column: string, found: readonly ColumnOrigins[]): ColumnOrigins['from'] =>
  found.find(({ name }) => name.toLowerCase() === column.toLowerCase())?.from;

/** Columns of both sides, by the names that they get. */
function anyRow({ left, right, columns, take }: AsOfJoin, { identifier }: Dialect): string {
  const own = columns.map((name) => `l.${identifier(name)}`);
  const taken = Object.entries(take).map(([name, column]) => `r.${identifier(column)} as ${identifier(name)}`);
  return `(select ${[...own, ...taken].join(', ')} from ${left} as l, ${right} as r)`;
}

/** The body with every relation by the name of its place, and a setting as a column of one. */
function queryOver(rows: AnyRows, graph: Graph, { dialect }: Pick<Warehouse, 'dialect'>) {
  const nodes = new Map<string, Node>();
  const named = (node: Node): string => {
    nodes.set(node.id.toLowerCase(), node);
    return dialect.place(placeOf(node));
  };
  const query = spellBody(rows, {
    ...emptySpelling(dialect),
    // Which row counts is no part of what it says.
    dialect: { ...dialect, asOf: (join) => anyRow(join, dialect) },
    relation: (of: AnyReadable) => named(graph.nodeOf(definitionOf(of))),
    setting: (setting) => `(select ${dialect.identifier(setting.setting)} from ${named(graph.nodeOf(setting.of))})`,
  });
  return { query, nodes };
}
