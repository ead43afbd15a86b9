import { denied, noColumn, noFunction, noTable, RestError } from './errors.ts';
import { openApi } from './open-api.ts';
import { found, type Query, readQuery, shown } from './query.ts';
import type { JsonRow, MemoryTable, Row } from './table.ts';

/** A request behind the gateway. */
export interface RestRequest {
  readonly method: string;
  /** Below `/rest/v1`. */
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly prefer: string;
  readonly body: string;
  readonly role: Role;
}
export type Role = 'anon' | 'service_role';
export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A function of the database that is called by `POST /rpc/<name>`: what it is given by name, and the tables that it may read and write. */
export interface RestFunction {
  /** `body`: it takes what it is given as it is, its one parameter having no name and being JSON. */
  readonly parameters: readonly string[] | 'body';
  readonly call: (given: unknown, tables: ReadonlyMap<string, MemoryTable>) => unknown;
  /** Whoever has the key `anon` may call it. */
  readonly isPublic?: boolean;
}

export interface RestOptions {
  readonly tables: ReadonlyMap<string, MemoryTable>;
  readonly functions: Map<string, RestFunction>;
  /** `db-max-rows`: no answer has more, and nothing says so. */
  readonly maxRows: number;
}

const json = { 'Content-Type': 'application/json; charset=utf-8' };
type Handler = (asked: Asked) => RestAnswer;
interface Asked extends RestRequest {
  readonly table: MemoryTable;
  readonly query: Query;
  readonly options: RestOptions;
}

/** What PostgREST 12 answers, refusals included. */
export function answer(request: RestRequest, options: RestOptions): RestAnswer {
  try {
    return dispatch(request, options);
  } catch (error) {
    if (!(error instanceof RestError)) throw error;
    const asks = error.status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {};
    return { status: error.status, headers: { ...json, ...asks }, body: error.body };
  }
}

function dispatch(request: RestRequest, options: RestOptions): RestAnswer {
  const { method, path, role } = request;
  if (path === '' || path === '/')
    return {
      status: 200,
      headers: { 'Content-Type': 'application/openapi+json; charset=utf-8' },
      body: openApi(options.tables, options.functions, role),
    };
  if (path.startsWith('/rpc/')) return call(request, path.slice('/rpc/'.length), options);
  const name = path.slice(1);
  const table = options.tables.get(name);
  if (!table) throw noTable(name);
  const handlers: Readonly<Record<string, Handler>> = { GET: read, HEAD: read, PATCH: patch, POST: insert };
  const handler = handlers[method];
  if (!handler) throw new RestError(405, 'PGRST117', `Unsupported HTTP method: ${method}`);
  refuseRole(table, role, method !== 'GET' && method !== 'HEAD');
  return handler({ ...request, table, options, query: readQuery(request.parameters, table) });
}

function refuseRole({ name, given }: MemoryTable, role: Role, isWriting: boolean): void {
  const { anon = 'denied', refuses } = given;
  if (role === 'anon' && anon === 'denied') throw denied('table', name, role);
  if (role === 'service_role' && (refuses === 'all' || (refuses === 'writing' && isWriting)))
    throw denied('table', name, role);
}
/** Under row level security without a policy no row is there, and nobody says so. */
const rowsFor = ({ table, query, role }: Asked): readonly Row[] => (role === 'anon' ? [] : found(table, query));

function read(asked: Asked): RestAnswer {
  const { table, query, options, prefer, method } = asked;
  const all = rowsFor(asked);
  const rows = all.slice(query.offset, query.offset + Math.min(query.limit, options.maxRows));
  // What PostgREST plans, it does not count: here both are as many as there are.
  const isCounted = /count=(?:exact|planned|estimated)/.test(prefer);
  const total = isCounted ? String(all.length) : '*';
  const isPartial = isCounted && rows.length < all.length;
  if (isCounted && query.offset > 0 && query.offset >= all.length)
    throw new RestError(416, 'PGRST103', 'Requested range not satisfiable', {
      details: `An offset of ${query.offset} was requested, but there are only ${all.length} rows.`,
    });
  const headers = {
    ...json,
    'Content-Range': rangeOf(rows.length, query.offset, total),
    'Content-Location': echo(asked),
  };
  const body = JSON.stringify(rows.map((row) => shown(table, query, row)));
  return { status: isPartial ? 206 : 200, headers, body: method === 'HEAD' ? '' : body };
}

const rangeOf = (rows: number, offset: number, total: string): string =>
  rows === 0 ? `*/${total}` : `${offset}-${offset + rows - 1}/${total}`;

/** The whole query again, its parameters in the order of their names: no gateway with buffers that are too small lets it through. */
function echo({ path, parameters }: RestRequest): string {
  const sorted = [...parameters].toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
  const query = sorted.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&');
  return query === '' ? path : `${path}?${query}`;
}

function patch(asked: Asked): RestAnswer {
  const { table, prefer } = asked;
  const change = table.read(bodyRows(asked)[0] ?? {});
  const rows = Object.keys(change).length === 0 ? [] : table.update(rowsFor(asked), change);
  return changed(asked, rows, {
    silent: 204,
    told: 200,
    range: rangeOf(rows.length, 0, /count=exact/.test(prefer) ? String(rows.length) : '*'),
  });
}

function insert(asked: Asked): RestAnswer {
  const { table, parameters, prefer } = asked;
  const bodies = bodyRows(asked);
  if (asked.role === 'anon')
    throw new RestError(401, '42501', `new row violates row-level security policy for table "${table.name}"`);
  const merges = /resolution=merge-duplicates/.test(prefer);
  const ignores = /resolution=ignore-duplicates/.test(prefer);
  const conflict = parameters.get('on_conflict')?.replaceAll('"', '').split(',');
  const strange = conflict?.find((column) => table.typeOf(column) === undefined);
  if (strange !== undefined) throw noColumn(table.name, strange);
  if (conflict && [...conflict].sort().join() !== [...table.given.key].sort().join())
    throw new RestError(
      400,
      '42P10',
      'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    );
  const rows = bodies.map((body) => table.read(body));
  const keys = new Set(rows.map((row) => table.keyOf(row)));
  if (merges && keys.size < rows.length)
    throw new RestError(400, '21000', 'ON CONFLICT DO UPDATE command cannot affect row a second time', {
      hint: 'Ensure that no rows proposed for insertion within the same command have duplicate constrained values.',
    });
  const written = table.insert(rows, { merges, ignores });
  const status = merges && written.added === 0 ? 200 : 201;
  return changed(asked, written.rows, { silent: status, told: status, range: '*/*' });
}

function changed(
  { table, query, prefer }: Asked,
  rows: readonly Row[],
  { silent, told, range }: { readonly silent: number; readonly told: number; readonly range: string },
): RestAnswer {
  const applied = [...prefer.matchAll(/(?:resolution|return|count|missing)=[a-z-]+/g)].map(([one]) => one).join(', ');
  const more = { ...(applied === '' ? {} : { 'Preference-Applied': applied }), 'Content-Range': range };
  if (!/return=representation/.test(prefer)) return { status: silent, headers: more, body: '' };
  return {
    status: told,
    headers: { ...json, ...more },
    body: JSON.stringify(rows.map((row) => shown(table, query, row))),
  };
}

function bodyOf({ body }: Pick<RestRequest, 'body'>): unknown {
  try {
    // A whole number that JavaScript cannot hold keeps its digits.
    return JSON.parse(body, (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? context?.source : value,
    );
  } catch {
    throw new RestError(400, 'PGRST102', 'Empty or invalid json');
  }
}

function bodyRows(asked: Pick<RestRequest, 'body'>): readonly JsonRow[] {
  const said = bodyOf(asked);
  const rows = Array.isArray(said) ? (said as JsonRow[]) : [said as JsonRow];
  const names = Object.keys(rows[0] ?? {})
    .sort()
    .join();
  if (rows.some((row) => Object.keys(row).sort().join() !== names))
    throw new RestError(400, 'PGRST102', 'All object keys must match');
  return rows;
}

function call(request: RestRequest, name: string, { functions, tables }: RestOptions): RestAnswer {
  const given = request.method === 'GET' ? Object.fromEntries(request.parameters) : bodyOf(request);
  const named = Object.keys((Array.isArray(given) ? given[0] : given) ?? {});
  const called = functions.get(name);
  const takes = called?.parameters === 'body' ? named : called?.parameters;
  if (!called || [...(takes ?? [])].sort().join() !== [...named].sort().join()) throw noFunction(name, named);
  if (request.role === 'anon' && called.isPublic !== true) throw denied('function', name, request.role);
  return {
    status: 200,
    headers: { ...json, 'Content-Range': '0-0/*' },
    body: JSON.stringify(called.call(given, tables)),
  };
}

/** All but letters, digits and four signs, as PostgREST writes it: it takes each byte of a text for a letter of its own. */
const escaped = (text: string): string =>
  encodeURIComponent(Buffer.from(text).toString('latin1')).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
