import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type Columns, col } from '../../columns/index.ts';
import { hostileDay, hostileInstant, hostileText, randomFrom } from '../../ports/conformance/hostile.ts';
import { storedSql } from './stored.ts';
import { appendedType, appendRow, readChunks, readObjects, readRows } from './values.ts';

let connection: DuckDBConnection;
let instance: DuckDBInstance;
before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
});
after(() => {
  connection.closeSync();
  instance.closeSync();
});
const read = async (select: string, columns: Columns = {}): Promise<readonly unknown[]> =>
  (await readRows(await connection.run(`select ${select}`), { columns })).rows[0] ?? [];
const texts = (values: readonly unknown[]): string[] =>
  values.map((value) => `${(value as object).constructor.name} ${value}`);

test('numbers come as numbers where that is exact, else as bigint; decimals as text', async () => {
  const row = await read(
    "1::tinyint, 9007199254740991, 9007199254740993, 12::hugeint, 170141183460469231731687303715884105727::hugeint, 1.5e0, 'nan'::double, 1.50, 12345678901234567890123456789012345.678::decimal(38,3), -0.05",
  );
  assert.deepEqual(row, [
    1,
    9007199254740991,
    9007199254740993n,
    12,
    170141183460469231731687303715884105727n,
    1.5,
    Number.NaN,
    '1.50',
    '12345678901234567890123456789012345.678',
    '-0.05',
  ]);
});

test('days, instants and clocks come as Temporal', async () => {
  const row = await read(
    "date '2024-02-29', timestamptz '2024-02-29 10:00:00.123456-03', timestamp '2024-02-29 10:00:00.5', timestamp_ns '2024-02-29 10:00:00.123456789'",
  );
  assert.deepEqual(texts(row), [
    'PlainDate 2024-02-29',
    'Instant 2024-02-29T13:00:00.123456Z',
    'PlainDateTime 2024-02-29T10:00:00.5',
    'PlainDateTime 2024-02-29T10:00:00.123456789',
  ]);
});

test('a day or an instant that Temporal cannot hold comes as the engine’s text', async () => {
  const row = await read(
    "date 'infinity', date '-infinity', date '290000-01-01', timestamptz 'infinity', timestamptz '-infinity', timestamptz '290000-01-01 00:00:00Z'",
  );
  assert.deepEqual(row.slice(0, 5), ['infinity', '-infinity', '290000-01-01', 'infinity', '-infinity']);
  assert.match(String(row[5]), /^290000-01-01/);
});

test('lists, structs and maps come as plain values, others as text', async () => {
  const row = await read(
    "[1, null, 3], {'a': 1.5, 'b': [date '2024-01-01']}, map {'k': 9007199254740993}, interval 1 month, '5b2c7f0a-0000-4000-8000-000000000000'::uuid, 'a'::enum('a'), null",
  );
  assert.deepEqual(row.slice(0, 1), [[1, null, 3]]);
  assert.deepEqual(
    { ...(row[1] as object), b: String((row[1] as { b: unknown[] }).b[0]) },
    { a: '1.5', b: '2024-01-01' },
  );
  assert.deepEqual(row.slice(2), [
    { k: 9007199254740993n },
    '1 month',
    '5b2c7f0a-0000-4000-8000-000000000000',
    'a',
    null,
  ]);
});

test('declared columns come as their kinds', async () => {
  const columns = {
    i: col.integer(),
    b: col.bigint(),
    r: col.real(),
    l: col.list(col.integer()),
    j: col.json(),
    n: col.bigint(),
  };
  const row = await read(
    `7::bigint as i, 7::bigint as b, 1.5 as r, '[1]'::json as l, '{"a":[null]}'::json as j, null::bigint as n`,
    columns,
  );
  assert.deepEqual(row, [7, 7n, 1.5, [1], { a: [null] }, null]);
});

test('no character of a text is lost', async () => {
  const random = randomFrom(3);
  const all = [
    '\ufeff',
    '\ufeffx',
    'a\0b',
    '😀',
    'e\u0301',
    `${'é'.repeat(50)}\u2028`,
    ...Array.from({ length: 300 }, () => hostileText(random)),
  ];
  await connection.run('create or replace temp table t (x varchar)');
  const appender = await connection.createAppender('t', 'main', 'temp');
  for (const x of all) {
    appendRow(appender, { x: col.text() }, { x });
    appender.endRow();
  }
  appender.closeSync();
  const { rows } = await readRows(await connection.run('from t'));
  assert.deepEqual(
    rows.map(([x]) => x),
    all,
  );
  assert.deepEqual(await read("[chr(65279) || 'x']"), [['\ufeffx']]);
});

test('as many rows as asked for, and whether there were more', async () => {
  const some = async (limit: number) => await readRows(await connection.run('from range(5000)'), { limit });
  assert.deepEqual(await some(2), { columns: [{ name: 'range', type: 'BIGINT' }], rows: [[0], [1]], more: true });
  assert.deepEqual([(await some(5000)).rows.length, (await some(5000)).more], [5000, false]);
  assert.deepEqual((await some(4999)).more, true);
  assert.deepEqual(await some(0), { columns: [{ name: 'range', type: 'BIGINT' }], rows: [], more: true });
});

test('rows come a chunk at a time, and as objects', async () => {
  let count = 0;
  for await (const rows of readChunks(await connection.run('from range(5000)'))) {
    assert.equal(rows[0]?.[0], count);
    count += rows.length;
  }
  assert.equal(count, 5000);
  assert.deepEqual(await readObjects(await connection.run("select 1 as a, 'x' as b"), { a: col.bigint() }), [
    { a: 1n, b: 'x' },
  ]);
});

test('types are named as describe names them', async () => {
  const { columns } = await readRows(
    await connection.run("select 1::decimal(14,2) as d, now() as t, '{}'::json as j, [1] as l"),
  );
  assert.deepEqual(
    columns.map(({ type }) => type),
    ['DECIMAL(14,2)', 'TIMESTAMP WITH TIME ZONE', 'JSON', 'INTEGER[]'],
  );
});

const columns = {
  t: col.text(),
  i: col.integer(),
  b: col.bigint(),
  r: col.real(),
  d: col.decimal(12, 2),
  f: col.boolean(),
  day: col.date(),
  at: col.timestamp(),
  u: col.duration(),
  l: col.list(col.text()),
  j: col.json<unknown>(),
};
/** What is read of rows of a function when they are stored. */
async function stored(rows: readonly object[]): Promise<readonly (readonly unknown[])[]> {
  const fields = Object.entries(columns);
  await connection.run(
    `create or replace temp table made (${fields.map(([name, { facts }]) => `"${name}" ${appendedType(facts)}`).join(', ')})`,
  );
  const appender = await connection.createAppender('made', 'main', 'temp');
  for (const row of rows) {
    appendRow(appender, columns, row as Readonly<Record<string, unknown>>);
    appender.endRow();
  }
  appender.closeSync();
  const types = await readRows(await connection.run('describe made'));
  const list = types.rows.map(
    ([name, type]) =>
      `${storedSql((columns as Columns)[String(name)]?.facts ?? { kind: 'text' }, `"${name}"`, String(type))} as "${name}"`,
  );
  return (await readRows(await connection.run(`select ${list.join(', ')} from made`), { columns })).rows;
}
const none = Object.fromEntries(Object.keys(columns).map((name) => [name, null]));

test('a row of a function is stored as it was', async () => {
  const day = Temporal.PlainDate.from('2024-02-29');
  const at = Temporal.Instant.from('2024-02-29T10:00:00.123456789Z');
  const row = {
    t: 'ç',
    i: 2 ** 53,
    b: 2n ** 62n,
    r: -0.5,
    d: '-12.50',
    f: false,
    day,
    at,
    u: '2 hours',
    l: ['a'],
    j: { k: [1, null] },
  };
  const [found] = await stored([row]);
  assert.deepEqual(
    found?.map((value) =>
      value instanceof Temporal.PlainDate || value instanceof Temporal.Instant ? String(value) : value,
    ),
    [
      ...['ç', 2 ** 53, 2n ** 62n, -0.5, '-12.50', false],
      ...['2024-02-29', '2024-02-29T10:00:00.123456Z', '2 hours', ['a'], { k: [1, null] }],
    ],
  );
  assert.deepEqual(await stored([none, {}]), [Object.values(none), Object.values(none)]);
});

test('days and instants of every century are stored as they were', async () => {
  const random = randomFrom(11);
  const rows = Array.from({ length: 500 }, () => ({ day: hostileDay(random), at: hostileInstant(random) }));
  const found = await stored(rows);
  for (const [index, { day, at }] of rows.entries()) {
    const [, , , , , , foundDay, foundAt] = found[index] ?? [];
    const within = (year: number): boolean => year >= 1 && year <= 9999;
    assert.equal(String(foundDay), within(day.year) ? String(day) : 'null');
    assert.equal(String(foundAt), within(at.toZonedDateTimeISO('UTC').year) ? String(at) : 'null');
  }
});

test('a value of the right JavaScript kind that its column cannot hold is not changed, but null', async () => {
  const wrong = { i: 1.5, b: 2n ** 64n, r: Number.NaN, d: '1.005', u: '2 years' };
  const [found] = await stored([{ ...none, ...wrong }]);
  assert.deepEqual(found, Object.values(none));
});

test('a value of another JavaScript kind is refused by the name of its column', async () => {
  const wrong: readonly object[] = [
    { t: 1 },
    { i: '1' },
    { i: 1n },
    { b: 1 },
    { r: '1.5' },
    { d: 1.5 },
    { f: 'true' },
    { day: '2024-01-01' },
    { day: new Date() },
    { at: Temporal.PlainDate.from('2024-01-01') },
    { u: 5 },
    { l: 'a' },
    { j: () => 1 },
  ];
  for (const row of wrong) {
    const [name = ''] = Object.keys(row);
    await assert.rejects(
      stored([row]),
      { code: 'ROW_UNKNOWN_COLUMN', message: new RegExp(`\\b${name}\\b`) },
      JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    );
  }
});
