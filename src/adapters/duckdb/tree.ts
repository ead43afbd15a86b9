import { EsteiraError } from '../../errors.ts';
import { dialect } from './dialect.ts';
import type { Session } from './session.ts';

/** A node of the engine's parse tree, as JSON. */
export interface Node {
  readonly [name: string]: unknown;
}
interface Tree {
  readonly statements: readonly { readonly node: Node }[];
}
/** Why the engine gave no tree. */
interface NoTree {
  readonly why: string;
  /** It is a statement, but not one that selects. */
  readonly otherStatement: boolean;
}

/** Numbers that the engine writes and JSON has not (`1e400`), and all that is text. */
const beyondJson = /("(?:[^"\\]|\\.)*")|-?(?:Infinity|NaN)/g;

export async function parse(session: Session, sql: string): Promise<Tree | NoTree> {
  const [row] = await session.rows(`select json_serialize_sql(${dialect.literal(sql)}) as tree`);
  const tree = JSON.parse(String(row?.tree).replace(beyondJson, (found, text) => text ?? `"${found}"`));
  if (!tree.error) return tree;
  return { why: String(tree.error_message), otherStatement: tree.error_type === 'not implemented' };
}

export const queryInvalid = (got: string, cause?: unknown): EsteiraError =>
  new EsteiraError(
    'QUERY_INVALID',
    { what: 'The engine does not understand the query.', got, next: 'Mend the query where the engine points.' },
    { cause },
  );

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every node below and including this one, in the order of the text. */
export function* nodes(of: unknown): Generator<Node> {
  if (Array.isArray(of)) for (const one of of) yield* nodes(one);
  if (!isNode(of)) return;
  yield of;
  for (const child of Object.values(of)) if (typeof child === 'object') yield* nodes(child);
}

/** Names that a query gives to its own parts (`with name as`). */
function partsOf(tree: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { cte_map: parts } of nodes(tree)) {
    for (const { key } of isNode(parts) ? (parts.map as readonly Node[]) : []) names.add(String(key).toLowerCase());
  }
  return names;
}

export interface Named {
  readonly catalog: string;
  readonly schema: string;
  readonly table: string;
}
/** A name that the engine would open as a file where no part of the query has it; in one place a part may be named so, and not in the next. */
const isFile = /[./\\:*?]/;
/** Tables named in the text, parts of the query itself left out. */
export function tablesOf(tree: unknown): readonly Named[] {
  const parts = partsOf(tree);
  const found: Named[] = [];
  for (const node of nodes(tree)) {
    if (node.type !== 'BASE_TABLE') continue;
    const [catalog, schema, table] = [node.catalog_name, node.schema_name, node.table_name].map(String) as [
      string,
      string,
      string,
    ];
    if (!schema && !catalog && parts.has(table.toLowerCase()) && !isFile.test(table)) continue;
    found.push({ catalog, schema, table });
  }
  return found;
}

/** Table functions that read nothing but values and the catalog; any other may read a file or carry out a statement. */
const readsNoFile =
  /^(range|generate_series|unnest|json_each|json_tree|repeat|repeat_row|pg_timezone_names|duckdb_(tables|views|columns|schemas|databases|constraints|functions|types|keywords|memory|settings))$/;

/** Table functions that may read a file, or more. */
export function readersOf(tree: unknown): readonly string[] {
  const calls = [...nodes(tree)].filter(({ type }) => type === 'TABLE_FUNCTION');
  const names = calls.map(({ function: call }) => String((call as Node).function_name).toLowerCase());
  return names.filter((name) => !readsNoFile.test(name));
}

export const nameText = ({ catalog, schema, table }: Named): string =>
  [catalog, schema, table].filter(Boolean).join('.');

/** Functions called anywhere, in lower case. */
export function functionsOf(tree: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of nodes(tree)) {
    if ((node.class === 'FUNCTION' || node.class === 'WINDOW') && node.function_name) {
      names.add(String(node.function_name).toLowerCase());
    }
  }
  return names;
}
