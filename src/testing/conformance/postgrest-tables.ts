import type { RestFunction, TableGiven } from '../postgrest/index.ts';

const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
/** More than one answer has. */
export const manyRows = 2500;
const rows = [
  {
    id: 'ana',
    created_at: '2026-09-01T08:00:00+00:00',
    score: 0.25,
    visits: 3,
    big: '9007199254740993',
    active: true,
    born: '1990-02-28',
    amount: '12.50',
    country: 'PT',
  },
  {
    id: 'bia',
    created_at: '2026-09-02T08:00:00.123456+00:00',
    score: null,
    visits: 0,
    big: '-1',
    active: false,
    born: null,
    amount: null,
    country: 'BR',
  },
  {
    id: 'caio "o", (alto)',
    created_at: '2026-09-03T08:00:00.5+00:00',
    score: 1e-7,
    visits: null,
    big: null,
    active: null,
    born: '2000-01-01',
    amount: '0',
    country: null,
  },
  {
    id: 'zoé',
    created_at: '2026-09-04T08:00:00+00:00',
    score: 1,
    visits: 12,
    big: '0',
    active: true,
    born: null,
    amount: '1000000000000.000001',
    country: 'PT',
  },
];

/** The tables of the suite, as the double has them. */
export const tablesGiven: Readonly<Record<string, TableGiven>> = {
  users: {
    columns: {
      ...{ id: 'text', created_at: 'timestamp with time zone', score: 'double precision', visits: 'integer' },
      ...{ big: 'bigint', active: 'boolean', born: 'date', amount: 'numeric', country: 'text' },
    },
    key: ['id'],
    required: ['created_at'],
    checks: { users_score_check: ({ score }) => score === null || (Number(score) >= 0 && Number(score) <= 1) },
    rows,
  },
  many: { columns: { id: 'uuid' }, key: ['id'], rows: Array.from({ length: manyRows }, (_, n) => ({ id: id(n) })) },
  locked: { columns: { id: 'text' }, key: ['id'], refuses: 'all' },
  read_only: { columns: { id: 'text' }, key: ['id'], rows: [{ id: 'one' }], refuses: 'writing' },
  hidden: { columns: { id: 'text' }, key: ['id'], rows: [{ id: 'one' }], anon: 'sees no row' },
};
/** And its functions: one takes what it is given as it is, the other by name. */
export const functionsGiven: Readonly<Record<string, RestFunction>> = {
  counted: { parameters: 'body', call: (given) => ({ rows: (given as readonly unknown[]).length }) },
  doubled: { parameters: ['n'], call: (given) => Number((given as { readonly n: unknown }).n) * 2 },
};

const text = (value: unknown): string => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);
/** The same in SQL, for a real one. */
export const sqlGiven = `
  drop table if exists users, many, locked, read_only, hidden;
  create table users (id text collate "C" primary key, created_at timestamptz not null, score double precision check (score >= 0 and score <= 1),
    visits integer, big bigint, active boolean, born date, amount numeric, country text);
  insert into users values ${rows
    .map(
      (row) =>
        `(${[row.id, row.created_at, row.score, row.visits, row.big, row.active, row.born, row.amount, row.country].map(text).join(', ')})`,
    )
    .join(', ')};
  create table many (id uuid primary key);
  insert into many select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid from generate_series(0, ${manyRows - 1}) n;
  create table locked (id text primary key); revoke all on locked from service_role;
  create table read_only (id text primary key); insert into read_only values ('one'); revoke insert, update, delete on read_only from service_role;
  create table hidden (id text primary key); insert into hidden values ('one'); grant all on hidden to anon; alter table hidden enable row level security;
  create or replace function counted(jsonb) returns jsonb language sql as $$ select jsonb_build_object('rows', jsonb_array_length($1)) $$;
  create or replace function doubled(n integer) returns integer language sql as $$ select n * 2 $$;
  revoke execute on function counted(jsonb), doubled(integer) from public, anon;
  notify pgrst, 'reload schema';
`;
