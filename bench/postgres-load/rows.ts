import pg from 'pg';

const schema = 'esteira_bench_load';
export const server = process.env['ESTEIRA_TEST_POSTGRES'] ?? '';
export const names = ['id', 'updated_at', 'amount', 'note', 'active', 'payload', 'uid', 'day', 'score', 'qty'];
const types =
  'id int8 primary key, updated_at timestamptz not null, amount numeric(12, 2), note text, active boolean not null, payload jsonb not null, uid uuid not null, day date not null, score float8 not null, qty int4 not null';

async function ask(...statements: readonly string[]): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Ten columns of as many types; one in five notes and one in a hundred amounts is missing. */
const rowsFrom = (
  first: number,
  last: number,
  since: string,
): string => `select n, timestamptz '${since}' + n * interval '1.000001 seconds',
  case when n % 100 = 0 then null else (n * 7919 % 10000000) * 0.01 end, case when n % 5 = 0 then null else 'order ' || n || ' of customer ' || n % 5000 end,
  n % 3 = 0, jsonb_build_object('customer', n % 5000, 'lines', array[n % 7, n % 11]), md5(n::text)::uuid, date '2020-01-01' + (n % 2000)::int,
  n / 7.0::float8, (n % 100000)::int from generate_series(${first}::int8, ${last}::int8) n`;

/** A table of so many rows, in a schema of its own. */
export const fillTable = (rows: number): Promise<void> =>
  ask(
    `drop schema if exists ${schema} cascade`,
    `create schema ${schema}; create table ${schema}.orders (${types})`,
    `insert into ${schema}.orders ${rowsFrom(1, rows, '2026-01-01')}`,
    `create index on ${schema}.orders (updated_at)`,
    // What the server does by itself sooner or later.
    `vacuum analyze ${schema}.orders`,
  );

/** So many rows are changed, half of them new. */
export const changeRows = (rows: number, changed: number): Promise<void> =>
  ask(
    `update ${schema}.orders set amount = amount + 1, updated_at = timestamptz '2026-06-01' + id * interval '1 ms' where id <= ${Math.floor(changed / 2)}`,
    `insert into ${schema}.orders ${rowsFrom(rows + 1, rows + Math.ceil(changed / 2), '2026-05-01')}`,
  );

export const dropTable = (): Promise<void> => ask(`drop schema if exists ${schema} cascade`);
export const table = `${schema}.orders`;
