import type { QueryFacts } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import type { Session } from './session.ts';
import { functionsOf, type Node, nameText, nodes, parse, queryInvalid, readersOf, tablesOf } from './tree.ts';

interface Functions {
  readonly aggregate: ReadonlySet<string>;
  readonly unrepeatable: ReadonlySet<string>;
}
/** Said to be inconstant, and yet giving no value of clock or chance. */
const harmless = [
  'current_database',
  'current_query',
  'current_schema',
  'current_schemas',
  'error',
  'in_search_path',
  'setseed',
  'sleep_ms',
  'stats',
  'write_log',
];
/** Said to be constant, and yet giving the time. */
const clocks = ['current_localtime', 'current_localtimestamp'];
/** Keywords that the engine reads as columns, and resolves to functions where there is no such column. */
const words = /^(current_(date|time|timestamp)|localtime|localtimestamp)$/;

/** Asked once: the engine's functions do not change while it is open. */
const functions = new WeakMap<Engine, Promise<Functions>>();
async function askFunctions(session: Session): Promise<Functions> {
  const rows =
    await session.rows(`select distinct function_name, function_type, stability, macro_definition from duckdb_functions()
    where function_type in ('aggregate', 'scalar', 'macro')`);
  const unrepeatable = new Set(
    rows.flatMap(({ function_type, stability, function_name }) =>
      function_type === 'scalar' && stability !== null && stability !== 'CONSISTENT' ? [String(function_name)] : [],
    ),
  );
  for (const name of harmless) unrepeatable.delete(name);
  for (const name of clocks) unrepeatable.add(name);
  const aggregate = new Set(['count_star']);
  for (const { function_name, function_type, macro_definition } of rows) {
    if (function_type === 'aggregate') aggregate.add(String(function_name));
    const called = function_type === 'macro' ? String(macro_definition).toLowerCase().match(/\w+/g) : null;
    if (called?.some((word) => unrepeatable.has(word) || words.test(word))) unrepeatable.add(String(function_name));
  }
  return { aggregate, unrepeatable };
}

/** Whether rows of the result are made of more than one row, or depend on which others there are. */
function isGrouping(node: Node, { aggregate }: Functions): boolean {
  const modifiers = (node.modifiers as readonly Node[] | undefined) ?? [];
  return (
    node.class === 'WINDOW' ||
    (node.class === 'FUNCTION' && aggregate.has(String(node.function_name).toLowerCase())) ||
    modifiers.some(({ type }) => type === 'DISTINCT_MODIFIER' || String(type).startsWith('LIMIT')) ||
    (node.type === 'SELECT_NODE' &&
      (hasSome(node.group_expressions) || node.aggregate_handling !== 'STANDARD_HANDLING')) ||
    (node.type === 'SET_OPERATION_NODE' && !(node.setop_type === 'UNION' && node.setop_all === true)) ||
    node.type === 'PIVOT' ||
    (node.sample !== undefined && node.sample !== null)
  );
}
const hasSome = (list: unknown): boolean => Array.isArray(list) && list.length > 0;

/** Columns of the relation that an expression names. */
function columnsIn(expression: unknown, relation: string): readonly string[] {
  const names = new Set<string>();
  for (const node of nodes(expression)) {
    if (node.class !== 'COLUMN_REF') continue;
    const [first = '', second] = node.column_names as readonly string[];
    names.add(second !== undefined && first.toLowerCase() === relation ? second : first);
  }
  return [...names];
}

/** The query as a projection of one relation, when it is one. */
function projectionOf(node: Node, functionNames: ReadonlySet<string>): QueryFacts['projection'] {
  if (node.type !== 'SELECT_NODE' || hasSome((node.cte_map as Node).map)) return undefined;
  const from = node.from_table as Node;
  const spelled = from.type === 'SUBQUERY' ? ((from.subquery as Node).node as Node) : undefined;
  // A relation that is spelled out selects from nothing; any other subquery gives names of its own.
  if (from.type !== 'BASE_TABLE' && (spelled?.from_table as Node | undefined)?.type !== 'EMPTY') return undefined;
  const own = { ...node, from_table: null };
  if (functionNames.has('unnest') || [...nodes(own)].some(({ class: of }) => of === 'SUBQUERY')) return undefined;
  const relation = String(from.alias || from.table_name || '').toLowerCase();
  const columns: Record<string, readonly string[]> = {};
  let star = false;
  for (const item of node.select_list as readonly Node[]) {
    if (item.class !== 'STAR') {
      const name = String(item.alias || (item.class === 'COLUMN_REF' ? (item.column_names as string[]).at(-1) : ''));
      if (name) columns[name] = columnsIn(item, relation);
      continue;
    }
    if (item.columns === true || item.expr) return undefined;
    star = true;
    for (const { key, value } of item.replace_list as readonly Node[])
      columns[String(key)] = columnsIn(value, relation);
    for (const { key, value } of item.rename_list as readonly Node[]) {
      columns[String(value)] = [String((key as Node).column ?? key)];
    }
  }
  return { star, from: columns };
}

/** Names given to something else than the column of that name; relations that are spelled out name nothing. */
function* renamed(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* renamed(item);
    return;
  }
  const node = value as Node;
  if (node.type === 'SELECT_NODE' && (node.from_table as Node | undefined)?.type === 'EMPTY') return;
  const own = node.class === 'COLUMN_REF' ? (node.column_names as readonly string[]).at(-1) : undefined;
  if (node.class && node.alias && String(node.alias).toLowerCase() !== own?.toLowerCase())
    yield String(node.alias).toLowerCase();
  for (const alias of (node.column_name_alias as readonly string[] | undefined) ?? []) yield alias.toLowerCase();
  for (const item of Object.values(node)) yield* renamed(item);
}

/** What the parse tree says of a query: DuckDB gives its own as JSON, so nothing is guessed from the text. */
export async function examine(engine: Engine, query: string): Promise<QueryFacts> {
  return await engine.use(async (session) => {
    const tree = await parse(session, query);
    if ('why' in tree) throw queryInvalid(tree.why);
    const [statement, another] = tree.statements;
    if (!statement || another) throw queryInvalid('It is not one statement.');
    const asked = functions.get(engine) ?? askFunctions(session);
    functions.set(engine, asked);
    const known = await asked.catch((error: unknown) => {
      functions.delete(engine);
      throw error;
    });
    const called = functionsOf(tree);
    const clock = [...nodes(tree)].flatMap((node) => {
      const names = node.class === 'COLUMN_REF' ? (node.column_names as readonly string[]) : [];
      return names.length === 1 && words.test(String(names[0]).toLowerCase()) ? [String(names[0]).toLowerCase()] : [];
    });
    const groups = [...nodes(tree)].some((node) => isGrouping(node, known));
    const projection = groups ? undefined : projectionOf(statement.node, called);
    return {
      ...(projection ? { projection } : {}),
      groups,
      renamed: [...new Set(renamed(statement.node))].toSorted(),
      tables: [...new Set([...tablesOf(tree).map(nameText), ...readersOf(tree)])],
      unrepeatable: [...new Set([...[...called].filter((name) => known.unrepeatable.has(name)), ...clock])].toSorted(),
    };
  });
}
