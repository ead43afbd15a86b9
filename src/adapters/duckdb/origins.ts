import type { ColumnOrigins } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { type Node, nodes, parse, queryInvalid } from './tree.ts';

/** Places of columns, each as JSON `[relation, column]`; nothing where the parse tree does not decide. */
type Places = ReadonlySet<string> | undefined;
interface Column {
  readonly name: string;
  readonly from: Places;
}
/** What stands in a FROM. */
interface Relation {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Whatever else it may have: of a relation whose columns the text does not tell. */
  readonly others?: { readonly from: Places };
}
interface Scope {
  readonly relations: readonly Relation[];
  /** What the select list has named so far. */
  readonly named: ReadonlyMap<string, Places>;
  readonly parts: ReadonlyMap<string, readonly Column[]>;
  readonly known: ReadonlyMap<string, readonly string[]>;
  readonly outer?: Scope;
}

const none: ReadonlySet<string> = new Set();
const low = (name: unknown): string => String(name ?? '').toLowerCase();
const list = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : []);
const child = (node: Node, name: string): Node => (node[name] ?? {}) as Node;
const together = (all: Iterable<Places>): Places => {
  const found = new Set<string>();
  for (const places of all) {
    if (!places) return undefined;
    for (const place of places) found.add(place);
  }
  return found;
};

/**
 * For each column of a query the columns that its expression names, through subqueries, parts (`with`), unions and joins; conditions, groups and the
 * order of the rows are no part of a value. `relations` gives the columns of what the query reads, by `catalog.schema.table`.
 */
export async function origins(
  engine: Engine,
  query: string,
  relations: Readonly<Record<string, readonly string[]>>,
): Promise<readonly ColumnOrigins[]> {
  const tree = await engine.use((session) => parse(session, query));
  if ('why' in tree) throw queryInvalid(tree.why);
  const known = new Map(Object.entries(relations).map(([name, columns]) => [low(name), columns]));
  const scope: Scope = { relations: [], named: new Map(), parts: new Map(), known };
  return columnsOf(tree.statements[0]?.node ?? {}, scope).map(({ name, from }) => ({
    name,
    ...(from ? { from: [...from].map((place) => JSON.parse(place) as readonly [string, string]) } : {}),
  }));
}

/** The columns that a select, or several put together, give. */
function columnsOf(node: Node, around: Scope): readonly Column[] {
  const scope = withParts(node, around);
  if (node.type === 'SELECT_NODE') return selected(node, scope);
  if (node.type !== 'SET_OPERATION_NODE') return [];
  const [left, right] = [columnsOf(child(node, 'left'), scope), columnsOf(child(node, 'right'), scope)];
  if (node.setop_type === 'EXCEPT') return left;
  return node.setop_type === 'UNION_BY_NAME' ? byName([...left, ...right]) : side(left, right);
}
const side = (left: readonly Column[], right: readonly Column[]): readonly Column[] =>
  left.map(({ name, from }, index) => ({ name, from: together([from, right[index]?.from]) }));
const byName = (columns: readonly Column[]): readonly Column[] =>
  [...Map.groupBy(columns, ({ name }) => low(name)).values()].map((same) => ({
    name: same[0]?.name ?? '',
    from: together(same.map(({ from }) => from)),
  }));
/** `t(a, b)` gives columns other names. */
const renamed = (columns: readonly Column[], names: unknown): readonly Column[] =>
  columns.map((column, index) => ({ ...column, name: String(list(names)[index] ?? column.name) }));

function withParts(node: Node, around: Scope): Scope {
  const parts = new Map(around.parts);
  const scope = { ...around, parts };
  for (const { key, value } of list(child(node, 'cte_map').map)) {
    const { aliases, query } = value as { readonly aliases?: unknown; readonly query: Node };
    const inner = child(query, 'node');
    const columns = inner.type === 'RECURSIVE_CTE_NODE' ? recursive(low(key), inner, scope) : columnsOf(inner, scope);
    parts.set(low(key), renamed(columns, aliases));
  }
  return scope;
}

/** Until going round once more finds no other place. */
function recursive(name: string, node: Node, scope: Scope): readonly Column[] {
  let columns = renamed(columnsOf(child(node, 'left'), withParts(node, scope)), node.aliases);
  for (;;) {
    const parts = new Map([...scope.parts, [name, columns] as const]);
    const next = side(columns, columnsOf(child(node, 'right'), { ...scope, parts }));
    const isSame = next.every(({ from }, index) => from?.size === columns[index]?.from?.size);
    columns = next;
    if (isSame) return columns;
  }
}

function selected(node: Node, around: Scope): readonly Column[] {
  const named = new Map<string, Places>();
  const relations = relationsOf(child(node, 'from_table'), { ...around, relations: [] });
  const scope: Scope = { ...around, relations, named };
  return list(node.select_list).flatMap((item): readonly Column[] => {
    if (item.class === 'STAR') return starred(item, scope);
    const name = String(item.alias || (list(item.column_names).at(-1) ?? ''));
    const from = placesIn(item, scope);
    if (item.alias) named.set(low(item.alias), from);
    return [{ name, from }];
  });
}

function starred(star: Node, scope: Scope): readonly Column[] {
  const relations = scope.relations.filter(({ name }) => !star.relation_name || name === low(star.relation_name));
  const excluded = new Set([...list(star.exclude_list), ...list(star.qualified_exclude_list)].map(nameIn));
  const replaced = new Map(list(star.replace_list).map(({ key, value }) => [low(key), value as Node]));
  const names = new Map(list(star.rename_list).map(({ key, value }) => [nameIn(key), String(value)]));
  // Which columns a pattern chooses, or a relation has that nobody has described, is not in the text.
  const isOpen = star.columns === true || Boolean(star.expr) || relations.some(({ others }) => others);
  // What both sides of a join share stands once.
  const shared = new Set(
    relations.filter(({ name }) => name === '').flatMap(({ columns }) => columns.map(({ name }) => low(name))),
  );
  const columns = relations
    .flatMap((relation) => relation.columns.filter(({ name }) => relation.name === '' || !shared.has(low(name))))
    .filter(({ name }) => !excluded.has(low(name)));
  return columns.map(({ name, from }) => {
    const instead = replaced.get(low(name));
    return {
      name: names.get(low(name)) ?? name,
      from: isOpen ? undefined : instead ? placesIn(instead, scope) : from,
    };
  });
}
const nameIn = (value: unknown): string => low(typeof value === 'object' ? (value as Node).column : value);

function relationsOf(from: Node, scope: Scope): readonly Relation[] {
  const alias = low(from.alias);
  switch (from.type) {
    case 'EMPTY':
      return [];
    case 'BASE_TABLE': {
      const table = low(from.table_name);
      const id = [from.catalog_name, from.schema_name, from.table_name].filter(Boolean).map(low).join('.');
      const described = scope.known.get(id)?.map((name) => ({ name, from: new Set([JSON.stringify([id, name])]) }));
      const columns = (id === table ? scope.parts.get(table) : undefined) ?? described;
      const others = columns ? {} : { others: { from: undefined } };
      return [{ name: alias || table, columns: renamed(columns ?? [], from.column_name_alias), ...others }];
    }
    case 'SUBQUERY': {
      const columns = columnsOf(child(child(from, 'subquery'), 'node'), { ...scope, outer: scope });
      return [{ name: alias, columns: renamed(columns, from.column_name_alias) }];
    }
    case 'EXPRESSION_LIST': {
      const rows = list(from.values).map((row) => list(row).map((value) => placesIn(value, scope)));
      const columns = (rows[0] ?? []).map((_, index) => ({
        name: `col${index}`,
        from: together(rows.map((row) => row[index])),
      }));
      return [{ name: alias, columns: renamed(columns, from.column_name_alias) }];
    }
    case 'TABLE_FUNCTION': {
      const places = placesIn(list(child(from, 'function').children), scope);
      const columns = list(from.column_name_alias).map((name) => ({ name: String(name), from: places }));
      return [{ name: alias || low(child(from, 'function').function_name), columns, others: { from: places } }];
    }
    case 'JOIN':
      return joined(from, scope);
    default:
      return [{ name: alias, columns: [], others: { from: undefined } }];
  }
}

function joined(from: Node, scope: Scope): readonly Relation[] {
  const left = relationsOf(child(from, 'left'), scope);
  const right = relationsOf(child(from, 'right'), { ...scope, relations: [...scope.relations, ...left] });
  if (from.join_type === 'SEMI' || from.join_type === 'ANTI') return left;
  const has = (relations: readonly Relation[], wanted: string) =>
    relations.flatMap(({ columns }) => columns).find(({ name }) => low(name) === wanted);
  const common = left.flatMap(({ columns }) => columns.map(({ name }) => low(name))).filter((name) => has(right, name));
  const using = from.ref_type === 'NATURAL' ? common : list(from.using_columns).map(low);
  // One column in place of both: of either side where a row may be missing on the other.
  const merged = using.map((name) => {
    const both = [has(left, name), has(right, name)];
    const kept = from.join_type === 'RIGHT' ? both.slice(1) : from.join_type === 'FULL' ? both : both.slice(0, 1);
    return { name: both[0]?.name ?? name, from: together(kept.map((one) => one?.from)) };
  });
  return merged.length === 0 ? [...left, ...right] : [{ name: '', columns: merged }, ...left, ...right];
}

/** All that an expression names. */
function placesIn(of: unknown, scope: Scope, bound: ReadonlySet<string> = none): Places {
  if (Array.isArray(of)) return together(of.map((one) => placesIn(one, scope, bound)));
  if (typeof of !== 'object' || of === null) return none;
  const node = of as Node;
  if (node.class === 'COLUMN_REF') return named(list(node.column_names).map(low), scope, bound);
  if (node.class === 'STAR') return undefined;
  if (node.class === 'SUBQUERY') {
    if (/EXISTS/.test(String(node.subquery_type))) return none;
    const inner = columnsOf(child(child(node, 'subquery'), 'node'), { ...scope, relations: [], outer: scope });
    return together([placesIn(node.child, scope, bound), ...inner.map(({ from }) => from)]);
  }
  if (node.class === 'LAMBDA') {
    const own = [...nodes(node.lhs)].flatMap((one) =>
      one.class === 'COLUMN_REF' ? list(one.column_names).map(low) : [],
    );
    return placesIn(node.expr, scope, new Set([...bound, ...own]));
  }
  return together(Object.values(node).map((one) => placesIn(one, scope, bound)));
}

/** `a`, `t.a`, `schema.t.a`, or a field of any of them; the nearest that has it. */
function named(names: readonly string[], scope: Scope, bound: ReadonlySet<string>): Places {
  const [first = '', second, third] = names;
  if (bound.has(first)) return none;
  const { relations } = scope;
  const columnIn = (relation: string, column: string | undefined) =>
    relations
      .filter(({ name }) => name === relation)
      .flatMap(({ columns }) => columns)
      .find(({ name }) => low(name) === column);
  const qualified = columnIn(first, second) ?? columnIn(second ?? '', third);
  const column = qualified ?? relations.flatMap(({ columns }) => columns).find(({ name }) => low(name) === first);
  if (column) return column.from;
  const relation = relations.find(({ name }) => name === first);
  if (relation?.others) return relation.others.from;
  if (relation) return together(relation.columns.map(({ from }) => from));
  if (scope.named.has(first)) return scope.named.get(first);
  const open = relations.find(({ others }) => others);
  if (open?.others) return open.others.from;
  return scope.outer ? named(names, scope.outer, bound) : undefined;
}
