import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, env, type Rows, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';
import { given } from './index.ts';

const people = source('landing.people', {
  reader: postgres(env('NOWHERE')).changes('people'),
  columns: { id: col.integer().optional(), name: col.text().optional() },
});
const seen = { _deleted: false, _synced_at: Temporal.Instant.from('2026-01-01T00:00:00Z') };
const rows = [
  { id: 1, name: 'ANA', ...seen },
  { id: 2, name: null, ...seen },
];

/** `_original` of the row without a name, in a table made by this query. */
// any: a query's columns are the engine's business
async function originalBy(query: Rows<any>): Promise<readonly string[]> {
  const silver = table('silver.people', {
    columns: { key: col.integer(), named: col.text() },
    rows: query,
    invalid: 'set aside',
  });
  const { invalid, account } = await given(people, rows).build(silver);
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 1, duplicates: 0 });
  return Object.keys(invalid[0]?._original ?? {}).sort();
}
const producers = ['_committed_at', '_deleted', '_lsn', '_operation', '_synced_at', 'id', 'name'];
const own = ['key', 'named'];

test('an invalid row of a projection keeps the row of the producer, however the projection is written', async () => {
  assert.deepEqual(await originalBy(sql`select id as key, lower(name) as named from ${people}`), producers);
  assert.deepEqual(
    await originalBy(sql`-- who\n/* and what */ select id as key, name as named from ${people} p where p.id > 0`),
    producers,
  );
  assert.deepEqual(await originalBy(sql`\n  SELECT p.id AS key, upper(p.name) AS named FROM ${people} p`), producers);
  assert.deepEqual(await originalBy(sql`select *, id as key, name as named from ${people}`), producers);
});

test('an invalid row of any other query keeps the row that the query gave', async () => {
  assert.deepEqual(
    await originalBy(sql`with p as (select id, name from ${people}) select id as key, name as named from p`),
    own,
  );
  assert.deepEqual(await originalBy(sql`select distinct id as key, name as named from ${people}`), own);
  assert.deepEqual(await originalBy(sql`select all id as key, name as named from ${people}`), own);
  assert.deepEqual(await originalBy(sql`(select id as key, name as named from ${people})`), own);
  assert.deepEqual(
    await originalBy(sql`select id as key, name as named, row_number() over () as n from ${people}`),
    own,
  );
  assert.deepEqual(
    await originalBy(
      sql`select id as key, name as named from ${people} where id = 1 union all select id, name from ${people} where id = 2`,
    ),
    own,
  );
});
