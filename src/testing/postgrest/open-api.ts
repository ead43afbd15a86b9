import type { RestFunction, Role } from './rest.ts';
import type { MemoryTable } from './table.ts';
import type { PgType } from './types.ts';

const typed: Readonly<Record<PgType, { readonly type?: string }>> = {
  text: { type: 'string' },
  uuid: { type: 'string' },
  boolean: { type: 'boolean' },
  integer: { type: 'integer' },
  bigint: { type: 'integer' },
  'double precision': { type: 'number' },
  numeric: { type: 'number' },
  date: { type: 'string' },
  'timestamp with time zone': { type: 'string' },
  'timestamp without time zone': { type: 'string' },
  jsonb: {},
};

/** The description of the whole that PostgREST gives at its root: of what the asking role may read. */
export function openApi(
  tables: ReadonlyMap<string, MemoryTable>,
  functions: ReadonlyMap<string, RestFunction>,
  role: Role,
): string {
  const seen = [...tables.values()].filter(({ given: { anon = 'denied', refuses } }) =>
    role === 'anon' ? anon !== 'denied' : refuses !== 'all',
  );
  const called = [...functions]
    .filter(([, { isPublic }]) => role !== 'anon' || isPublic === true)
    .map(([name]) => name);
  return JSON.stringify({
    swagger: '2.0',
    info: {
      description: '',
      title: 'standard public schema',
      version: '12.0.2',
    },
    host: '0.0.0.0:3000',
    basePath: '/',
    schemes: ['http'],
    consumes: [
      'application/json',
      'application/vnd.pgrst.object+json;nulls=stripped',
      'application/vnd.pgrst.object+json',
      'text/csv',
    ],
    produces: [
      'application/json',
      'application/vnd.pgrst.object+json;nulls=stripped',
      'application/vnd.pgrst.object+json',
      'text/csv',
    ],
    paths: Object.fromEntries([
      ['/', { get: {} }],
      ...seen.map(({ name }) => [`/${name}`, { get: {}, post: {}, patch: {}, delete: {} }]),
      ...called.map((name) => [`/rpc/${name}`, { post: {} }]),
    ]),
    definitions: Object.fromEntries(seen.map((table) => [table.name, definitionOf(table)])),
  });
}

function definitionOf({ given: { columns, key, required = [] } }: MemoryTable) {
  const needed = Object.keys(columns).filter((name) => key.includes(name) || required.includes(name));
  return {
    ...(needed.length > 0 ? { required: needed } : {}),
    properties: Object.fromEntries(
      Object.entries(columns).map(([name, type]) => [
        name,
        {
          ...(key.includes(name) ? { description: 'Note:\nThis is a Primary Key.<pk/>' } : {}),
          format: type,
          ...typed[type],
        },
      ]),
    ),
    type: 'object',
  };
}
