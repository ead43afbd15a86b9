import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { col } from '../../columns/index.ts';
import { hostileText, randomFrom } from '../../ports/conformance/hostile.ts';
import { dialect } from './dialect.ts';
import { readRows } from './values.ts';

const { literal } = dialect;
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
const read = async (sql: string): Promise<readonly unknown[]> =>
  (await readRows(await connection.run(`select ${sql}`))).rows[0] ?? [];

test('rows of texts come back as they were, whatever is in them', async () => {
  const rows = [
    ["it's", '\\n -- /* \0 ç 😀 \ufeff', '"'],
    ['', null, '[1, {"a": 2}]'],
    ...Array.from({ length: 40 }, (_, seed) => [hostileText(randomFrom(seed)), `${seed}`, null]),
  ];
  const sql = `select * from ${dialect.texts(['one', 'two"s', 'three'], rows)} as _texts`;
  const wellFormed = rows.map((row) => row.map((text) => text?.toWellFormed() ?? null));
  assert.deepEqual((await readRows(await connection.run(sql))).rows, wellFormed);
  const none = await readRows(await connection.run(`select one from ${dialect.texts(['one'], [])} as _texts`));
  assert.deepEqual(none.rows, []);
});

test('a constant comes back as it was, of its type', async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ["it's", 'VARCHAR'],
    ['\\n -- /* \0 ç 😀 \ufeff', 'VARCHAR'],
    ['\ufeffx', 'VARCHAR'],
    ['', 'VARCHAR'],
    [12, 'INTEGER'],
    [-12, 'INTEGER'],
    [2 ** 40, 'BIGINT'],
    [0.1, 'DOUBLE'],
    [-0.1, 'DOUBLE'],
    [1e300, 'DOUBLE'],
    [5e-324, 'DOUBLE'],
    [1e21, 'DOUBLE'],
    [2 ** 60, 'DOUBLE'],
    [Number.NaN, 'DOUBLE'],
    [Number.POSITIVE_INFINITY, 'DOUBLE'],
    [Number.NEGATIVE_INFINITY, 'DOUBLE'],
    [9223372036854775807n, 'BIGINT'],
    [true, 'BOOLEAN'],
  ];
  for (const [value, type] of cases) {
    assert.deepEqual(await read(`${literal(value)}, typeof(${literal(value)})`), [value, type]);
  }
  assert.deepEqual(await read(`cast(${literal(-9223372036854775808n)} as bigint)`), [-9223372036854775808n]);
  assert.deepEqual(await read(literal(null)), [null]);
});

test('days and instants come back as they were, to the microsecond', async () => {
  for (const text of ['0001-01-01', '1582-10-10', '2024-02-29', '9999-12-31']) {
    const day = Temporal.PlainDate.from(text);
    const [found] = await read(literal(day));
    assert.ok((found as Temporal.PlainDate).equals(day), text);
  }
  for (const text of ['0001-01-01T00:00:00Z', '2018-11-04T02:59:59.999999Z', '9999-12-31T23:59:59.999999Z']) {
    const at = Temporal.Instant.from(text);
    const [found] = await read(literal(at));
    assert.ok((found as Temporal.Instant).equals(at), text);
  }
  const [floor] = await read(literal(Temporal.Instant.from('1969-12-31T23:59:59.9999999Z')));
  assert.equal(String(floor), '1969-12-31T23:59:59.999999Z');
});

test('text of every kind comes back as it was', async () => {
  const random = randomFrom(7);
  const texts = Array.from({ length: 500 }, () => hostileText(random));
  assert.deepEqual(await read(texts.map(literal).join(', ')), texts);
});

test('a minus sign before a constant makes no comment', async () => {
  assert.deepEqual(await read(`1-${literal(-1)}, 1-${literal(-1n)}, 1-${literal(-0.5)}`), [2, 2, 1.5]);
});

test('a list is one for in, and nothing is in an empty one', async () => {
  assert.deepEqual(await read(`2 in ${literal([1, 2])}, 'x' in ${literal(["x'"])}`), [true, false]);
  assert.deepEqual(await read(`2 in ${literal([])}, 2 not in ${literal([])}`), [false, true]);
});

test('what SQL cannot hold is refused', () => {
  const beyond = [
    2n ** 63n,
    -(2n ** 63n) - 1n,
    '\ud800',
    undefined,
    {},
    Symbol('x'),
    new Date(),
    Temporal.PlainDate.from('+010000-01-01'),
    Temporal.PlainDate.from('0000-12-31'),
    Temporal.Instant.from('+010000-01-01T00:00:00Z'),
  ];
  for (const value of beyond) assert.throws(() => literal(value), { code: 'DEFINITION_INVALID' }, String(value));
});

test('names are quoted whatever is in them', async () => {
  const place = { catalog: 'memory', schema: 'a "b"', table: 'ç.select' };
  await connection.run(
    `create schema ${dialect.identifier('a "b"')}; create table ${dialect.place(place)} (${dialect.identifier('x"y')} integer)`,
  );
  assert.deepEqual(
    (await readRows(await connection.run(`describe ${dialect.place(place)}`))).rows.map(([name]) => name),
    ['x"y'],
  );
});

const columns = {
  t: col.text(),
  i: col.integer(),
  b: col.bigint(),
  r: col.real(),
  d: col.decimal(12, 3),
  f: col.boolean(),
  day: col.date(),
  at: col.timestamp(),
  u: col.duration(),
  l: col.list(col.text()),
  j: col.json(),
};

test('the stored types are spelled as DuckDB describes them, and an empty relation has them', async () => {
  const described = await readRows(await connection.run(`describe select * from ${dialect.emptyRelation(columns)}`));
  assert.deepEqual(
    described.rows.map(([name, type]) => [name, type]),
    Object.entries(columns).map(([name, { facts }]) => [name, dialect.type(facts)]),
  );
  assert.equal((await readRows(await connection.run(`from ${dialect.emptyRelation(columns)}`))).rows.length, 0);
});

test('a column takes the types whose values it holds unchanged', () => {
  const numbers = ['TINYINT', 'INTEGER', 'BIGINT', 'UBIGINT', 'HUGEINT'];
  const accepted: Readonly<Record<keyof typeof columns, readonly string[]>> = {
    t: ['VARCHAR', "ENUM('a', 'b')"],
    i: numbers,
    b: numbers,
    r: [...numbers, 'DOUBLE', 'FLOAT', 'DECIMAL(18,3)'],
    d: [...numbers, 'DECIMAL(18,3)'],
    f: ['BOOLEAN'],
    day: ['DATE'],
    at: ['TIMESTAMP WITH TIME ZONE'],
    u: ['VARCHAR', "ENUM('a', 'b')"],
    l: ['JSON', 'VARCHAR', 'VARCHAR[]', 'INTEGER[3]', 'STRUCT(a INTEGER)[]'],
    j: [
      'JSON',
      'VARCHAR',
      'VARCHAR[]',
      'INTEGER[3]',
      'STRUCT(a INTEGER)[]',
      'STRUCT(a INTEGER)',
      'MAP(VARCHAR, INTEGER)',
    ],
  };
  const all = [
    ...new Set(Object.values(accepted).flat()),
    'TIMESTAMP',
    'TIMESTAMP_NS',
    'TIME',
    'INTERVAL',
    'UUID',
    'BLOB',
  ];
  for (const [name, { facts }] of Object.entries(columns)) {
    const found = all.filter((type) => dialect.accepts(type, facts));
    assert.deepEqual(found.toSorted(), accepted[name as keyof typeof columns].toSorted(), name);
    assert.ok(dialect.accepts('"NULL"', facts));
  }
});

test('a row as JSON keeps exact numbers, text and nothing', async () => {
  const row = `(select 'a"b' as t, 12345678901234567.89::decimal(20,2) as d, 9223372036854775807 as b, null::date as day, '[1]'::json as j)`;
  const [text] = await read(`${dialect.rowAsJson(['t', 'd', 'b', 'day', 'j'])} from ${row}`);
  assert.equal(text, '{"t":"a\\"b","d":12345678901234567.89,"b":9223372036854775807,"day":null,"j":[1]}');
});

test('no word that DuckDB reserves may be a name', async () => {
  const { rows } = await readRows(
    await connection.run("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"),
  );
  assert.deepEqual(
    rows.filter(([word]) => !dialect.reserved.has(String(word))),
    [],
  );
  for (const word of ['user', 'hash', 'time', 'current_date']) assert.ok(dialect.reserved.has(word), word);
  for (const word of ['date', 'id', 'valor', 'status']) assert.ok(!dialect.reserved.has(word), word);
});
