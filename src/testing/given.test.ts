import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asOf, col, files, from, history, replaceEach, source, sql, table } from 'esteira';
import { given } from './index.ts';

const orders = table('silver.orders', { columns: { id: col.integer().key() }, rows: sql`select 1 as id` });
const doubled = table('gold.doubled', {
  columns: { twice: col.integer() },
  rows: sql`select id * 2 as twice from ${orders}`,
});

test('a row that is given with a column that its table does not declare is refused by name', async () => {
  const misspelt: object = { id: 1, idd: 2 };
  await assert.rejects(given(orders, [misspelt]).build(doubled), {
    code: 'ROW_UNKNOWN_COLUMN',
    message: /gives to silver\.orders has the column idd/,
  });
  assert.deepEqual((await given(orders, [{ id: 1 }]).build(doubled)).rows, [{ twice: 2 }]);
});

const landing = source('landing.sales', {
  reader: files('sales/*.csv'),
  columns: { id: col.integer().optional(), price: col.decimal(9, 2).optional() },
});

test('a source that reads files is read from the rows that a test gives it', async () => {
  const whole = table('silver.sales', {
    columns: { id: col.integer().key(), price: col.decimal(9, 2) },
    rows: sql`select id, price from ${landing}`,
    invalid: 'set aside',
  });
  const { rows, invalid, account } = await given(landing, [{ id: 7, price: '9.50' }, { id: 8 }]).build(whole);
  assert.deepEqual(rows, [{ id: 7, price: '9.50' }]);
  assert.deepEqual(invalid[0]?._original, { id: 8, price: null });
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 1, duplicates: 0 });
});

test('what is new of such a source, and a function over it, read the given rows too', async () => {
  const bronze = table('bronze.sales', {
    columns: landing.columns,
    rows: sql`select * from ${landing.unread}`,
    write: 'append',
  });
  const cents = table('silver.cents', {
    columns: { id: col.integer(), cents: col.integer() },
    rows: from(bronze, (row) => ({ id: row.id ?? 0, cents: Number(row.price) * 100 })),
  });
  assert.deepEqual((await given(landing, [{ id: 1, price: '0.25' }]).build(cents)).rows, [{ id: 1, cents: 25 }]);
});

test('what was known at a time is looked up among the given rows', async () => {
  const moment = (text: string) => Temporal.Instant.from(text);
  const rates = table('silver.rates', {
    columns: { k: col.text().key(), since: col.timestamp().key(), rate: col.real() },
    rows: sql`select 'a' as k, ${moment('2026-01-01T00:00:00Z')} as since, 1.0 as rate`,
    write: 'merge',
  });
  const asked = table('bronze.asked', {
    columns: { day: col.date(), k: col.text(), seen: col.timestamp() },
    rows: sql`select null::date as day, 'a' as k, null::timestamptz as seen`,
    write: 'append',
  });
  const known = table('gold.known', {
    columns: { day: col.date(), k: col.text(), rate: col.real().optional() },
    rows: asOf(asked.since('day'), rates, { on: ['k'], at: ['seen', 'since'], take: { rate: 'rate' } }),
    write: replaceEach('day'),
  });
  const day = Temporal.PlainDate.from('2026-01-02');
  const { rows } = await given(rates, [{ k: 'a', since: moment('2026-01-02T00:00:00Z'), rate: 2 }])
    .given(asked, [
      { day, k: 'a', seen: moment('2026-01-02T00:00:00Z') },
      { day, k: 'a', seen: moment('2026-01-01T00:00:00Z') },
    ])
    .build(known);
  assert.deepEqual(rows.map(({ rate }) => rate).toSorted(), [2, null]);
});

test('a view that is given stands as the given rows, and nothing above it is built', async () => {
  const shown = table('gold.shown', {
    columns: { id: col.integer() },
    rows: sql`select id from ${orders} where id > ${99}`,
    write: 'view',
  });
  const count = table('gold.count', {
    columns: { n: col.bigint() },
    rows: sql`select count(*) as n from ${shown}`,
  });
  assert.deepEqual((await given(shown, [{ id: 1 }, { id: 2 }]).build(count)).rows, [{ n: 2n }]);
});

test('a table that is replaced by day, and a history of what it reads, are built of the given rows', async () => {
  const day = (text: string) => Temporal.PlainDate.from(text);
  const columns = { id: col.integer().key(), amount: col.integer(), day: col.date() };
  const orders = table('silver.orders', {
    columns,
    rows: sql`select 1 as id, 1 as amount, null::date as day`,
    write: 'append',
  });
  const daily = table('gold.daily', {
    columns: { day: col.date().key(), amount: col.integer() },
    rows: sql`select day, sum(amount) as amount from ${orders.since('day')} group by day`,
    write: replaceEach('day'),
  });
  const versions = table('gold.versions', { columns, rows: orders.since('day'), write: history({ at: 'day' }) });
  const world = given(orders, [
    { id: 1, amount: 5, day: day('2026-01-02') },
    { id: 1, amount: 7, day: day('2026-01-01') },
    { id: 2, amount: 9, day: day('2026-01-01') },
  ]);
  assert.deepEqual((await world.build(daily)).rows, [
    { day: day('2026-01-01'), amount: 16 },
    { day: day('2026-01-02'), amount: 5 },
  ]);
  const { rows } = await world.build(versions);
  assert.deepEqual(
    rows.map((row) => [row.id, row.amount, String(row.valid_from), row.valid_until && String(row.valid_until)]),
    [
      [1, 7, '2026-01-01', '2026-01-02'],
      [1, 5, '2026-01-02', null],
      [2, 9, '2026-01-01', null],
    ],
  );
});

test('rows come in the order of the key, whatever its kind', async () => {
  const days = table('silver.days', {
    columns: { day: col.date().key(), price: col.decimal(9, 2).key(), name: col.text() },
    rows: sql`select * from (values
      (date '2026-02-01', 9.50, 'b'), (date '2026-02-01', 10.25, 'c'), (date '2026-01-01', 11.00, 'a'), (date '2026-02-01', -1.00, 'd')
    ) as v(day, price, name)`,
  });
  const { rows } = await given(orders, []).build(days);
  assert.deepEqual(
    rows.map((row) => row.name),
    ['a', 'd', 'b', 'c'],
  );
});
