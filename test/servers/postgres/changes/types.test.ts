// Run by name, with ESTEIRA_TEST_POSTGRES=postgres://…: npm test -- test/servers/postgres
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { withoutServer } from '../../../../src/adapters/postgres/testing.ts';
import { Shop } from './shop.ts';

/** By type of Postgres: the kind that a column has, and values at the edges. What each value becomes is compared where tables are read. */
const values: Readonly<Record<string, readonly [kind: string, ...values: string[]]>> = {
  bool: ['boolean()', 'true', 'false'],
  int2: ['integer()', '32767', '-32768'],
  int4: ['integer()', '2147483647', '-2147483648'],
  int8: ['bigint()', '9223372036854775807', '-9223372036854775808'],
  oid: ['integer()', '4294967295'],
  float4: ['real()', '1.5', 'NaN', '-Infinity'],
  float8: ['real()', '0.1', 'NaN', '1e308'],
  numeric: ['decimal(38, 12)', '12345678901234567890123456.789012345678', 'NaN', 'Infinity', '0', '-0.000000000001'],
  'numeric(12,2)': ['decimal(12, 2)', '-9999999999.99', '0.01'],
  text: ['text()', 'ação 表 ✓', '', ' a\tb\nc\\.', '{"a": 1}'],
  'varchar(20)': ['text()', 'x'],
  'char(5)': ['text()', 'ab'],
  name: ['text()', 'a_name'],
  uuid: ['text()', '00112233-4455-6677-8899-aabbccddeeff'],
  bytea: ['text()', '\\x00ff10', '\\x'],
  json: ['json()', '{"b": 1, "a": 12345678901234567890.10}', 'null', '[]'],
  jsonb: ['json()', '{"a": 12345678901234567890.10}', '"x"'],
  date: ['date()', '2026-02-28', '0001-01-01', '9999-12-31', 'infinity', '0044-03-15 BC'],
  timestamp: ['timestamp()', '2026-03-10 12:00:00.123456', '-infinity', '1900-01-01 00:00:00'],
  timestamptz: ['timestamp()', '2026-03-10 12:00:00.123456+03', 'infinity', '0044-03-15 12:00:00+00 BC'],
  time: ['text()', '23:59:59.999999', '24:00:00'],
  interval: ['text()', '1 year 2 mons 3 days 04:05:06.000007', '-1 day'],
  'int4[]': ['list(col.integer())', '{1,NULL,3}', '{}'],
  'text[]': ['list(col.text())', '{"a,b",NULL,"\\"q\\""}'],
  'uuid[]': ['list(col.text())', '{00112233-4455-6677-8899-aabbccddeeff}'],
  mood: ['text()', 'sad', 'very happy'],
  'mood[]': ['list(col.text())', '{sad,"very happy"}'],
  small: ['integer()', '7'],
  inet: ['text()', '192.168.0.1/24', '::1'],
  'inet[]': ['list(col.text())', '{10.0.0.1,NULL}'],
  int4range: ['text()', '[1,5)', 'empty'],
  pair: ['text()', '(1,"a b")'],
  tsvector: ['text()', 'a:1 b:2'],
  money: ['text()', '12.34'],
};

describe('values of every type', { skip: withoutServer }, () => {
  test('a row comes by the log as it comes by the snapshot, inserted, updated or deleted', async () => {
    const shop = await Shop.open({ seed: 1 });
    const types = Object.entries(values);
    const most = Math.max(...types.map(([, [, ...all]]) => all.length));
    const columns = types.map(([type], index) => `c${index} ${type}, t${index} ${type}`);
    const rows = Array.from({ length: most + 1 }, (_, row) =>
      types.flatMap(([type, [, ...all]]) => {
        const value = all[row];
        const sql = value === undefined ? 'null' : `'${value.replaceAll("'", "''")}'::${type}`;
        return [sql, sql];
      }),
    );
    const insert = (from: number) =>
      rows.map((row, index) => `insert into typed values (${from + index}, ${row.join(', ')});`).join('\n');
    await shop.say(`create type mood as enum ('sad', 'very happy'); create domain small as int check (value < 10); create type pair as (n int, t text);
      create table typed (id int primary key, ${columns.join(', ')}); alter table typed replica identity full; ${insert(0)}`);
    const declared = types.map(
      ([, [kind]], index) => `c${index}: col.${kind}.optional(), t${index}: col.text().optional()`,
    );
    shop.sandbox.write({
      'definitions/shop.ts': `import { always, col, env, job, source } from 'esteira';
import { postgres } from 'esteira/postgres';
export const typed = source('landing.typed', { reader: postgres(env('SHOP_URL')).changes('${shop.schema}.typed'),
  columns: { id: col.integer().key(), ${declared.join(', ')} } });
export const follow = job('${shop.job}', { when: always, build: [typed] });
`,
    });
    await shop.sandbox.succeed('setup');
    assert.ok(await shop.sync());
    await shop.say(`${insert(100)} update typed set id = id where id >= 100; delete from typed where id >= 100`);
    assert.ok(await shop.sync());
    const names = types.flatMap((_, index) => [`c${index}`, `t${index}`]);
    const row = `to_json({${names.map((name) => `'${name}': cast(${name} as varchar)`).join(', ')}})`;
    const all = await shop.query(
      `select id % 100, _operation, cast(${row} as varchar), cast(_unread as varchar) from landing.typed order by id % 100, _synced_at`,
    );
    const snapshots = all.filter(([, operation]) => operation === 'snapshot');
    assert.equal(snapshots.length, rows.length);
    assert.equal(all.length, rows.length * 4);
    for (const [id, , text, unread] of snapshots)
      for (const [, operation, other, lost] of all.filter((one) => one[0] === id))
        assert.deepEqual(
          [JSON.parse(String(other)), lost],
          [JSON.parse(String(text)), unread],
          `row ${id}, ${operation}`,
        );
    const [first] = snapshots.map(([, , text]) => JSON.parse(String(text)) as Record<string, string | null>);
    for (const [index, [type]] of types.entries())
      assert.notEqual(first?.[`c${index}`] ?? first?.[`t${index}`], null, `${type} has a value`);
  });
});
