import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, sql, table } from 'esteira';
import { given } from './index.ts';

const raw = table('bronze.orders', {
  columns: { id: col.integer(), price: col.integer() },
  rows: sql`select 1 as id, 1 as price`,
});
const orders = table('silver.orders', {
  columns: { id: col.integer().key(), price: col.integer().min(0).named('price_positive') },
  rows: sql`select id, price from ${raw}`,
  invalid: 'set aside',
});
const refused = table('gold.refused', {
  columns: { id: col.integer().key(), lost: col.integer().optional(), named: col.text().optional() },
  rows: sql`select id, price as lost, cast(_original as varchar) as named from ${orders.invalid}`,
});

test('invalid rows that are given are what a table of them reads, and the table that would refuse them is not built', async () => {
  const { rows } = await given(orders.invalid, [{ id: 7, price: -3 }, { id: 8 }]).build(refused);
  assert.deepEqual(
    rows.map(({ id, lost }) => [id, lost]),
    [
      [7, -3],
      [8, null],
    ],
  );
  assert.deepEqual(JSON.parse(rows[0]?.named ?? ''), { id: 7, price: -3 });
});

test('invalid rows that a test says more of, and its table beside them, are both read', async () => {
  const share = table('gold.share', {
    columns: { good: col.bigint(), bad: col.bigint(), newest: col.text().optional() },
    rows: sql`select (select count(*) from ${orders}) as good, count(*) as bad, max(run_id) as newest from ${orders.invalid}`,
  });
  const world = given(orders, [{ id: 1, price: 1 }]).given(orders.invalid, [
    { id: 2, price: -1, price_positive: false, run_id: 'r2', _rid: 'a:2' },
  ]);
  assert.deepEqual((await world.build(share)).rows, [{ good: 1n, bad: 1n, newest: 'r2' }]);
  assert.deepEqual((await given(orders, []).given(orders.invalid, []).build(share)).rows[0]?.bad, 0n);
});

test('what arrived among the invalid rows that are given is read as new', async () => {
  const seen = table('bronze.refused', {
    columns: { id: col.integer().optional() },
    // The types know the columns of invalid rows only by their kind.
    rows: sql`select id from ${orders.invalid.since('refused_at' as never)}`,
    write: 'append',
  });
  assert.deepEqual((await given(orders.invalid, [{ id: 7, price: -3 }]).build(seen)).rows, [{ id: 7 }]);
});

test('a test cannot give invalid rows of a table that it has built, or that has none, nor columns that they do not have', async () => {
  await assert.rejects(
    given(raw, [])
      .given(orders.invalid, [{ id: 7 }])
      .build(orders),
    {
      code: 'DEFINITION_INVALID',
      message: /invalid rows of silver\.orders, and has that table built/,
    },
  );
  await assert.rejects(given(raw, []).given(raw.invalid, []).build(orders), {
    code: 'DEFINITION_INVALID',
    message: /invalid rows of bronze\.orders, which sets none aside/,
  });
  await assert.rejects(given(orders.invalid, [{ idd: 7 }]).build(refused), {
    code: 'ROW_UNKNOWN_COLUMN',
    message: /gives to silver\.orders_invalidos has the column idd/,
  });
});
