import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { fragmentNames } from '../../define/fn.ts';
import { dialect } from './dialect.ts';

const { fragment } = dialect;
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

/** An expression's value as DuckDB writes it, with its type. */
async function value(expression: string): Promise<string | null> {
  const found = await connection.runAndReadAll(`select cast(x as varchar), typeof(x) from (select ${expression} as x)`);
  const [text, type] = found.getRows()[0] as [string | null, string];
  return text === null ? null : `${text} ${type}`;
}
const day = (text: string): string => `date '${text}'`;
const at = (text: string): string => `timestamptz '${text}'`;

type Case = readonly [name: string, args: readonly string[], expected: string | null];
const cases: Readonly<Record<string, readonly Case[]>> = {
  'months are counted by the boundaries crossed, backwards too': [
    ['months_between', [day('2024-01-31'), day('2024-02-01')], '1 BIGINT'],
    ['months_between', [day('2024-01-01'), day('2024-01-31')], '0 BIGINT'],
    ['months_between', [day('2024-02-01'), day('2024-01-31')], '-1 BIGINT'],
    ['months_between', [day('2023-12-31'), day('2025-01-01')], '13 BIGINT'],
    ['months_between', [day('2024-01-15'), at('2024-01-31 23:30:00-03')], '1 BIGINT'],
    ['months_between', ['2024-01-31', '2024-03-01'], '2 BIGINT'],
    ['months_between', ['cast(null as date)', day('2024-03-01')], null],
  ],
  'days are counted by the midnights crossed, of an instant those of UTC': [
    ['days_between', [day('2024-02-28'), day('2024-03-01')], '2 BIGINT'],
    ['days_between', [day('2024-03-01'), day('2024-02-28')], '-2 BIGINT'],
    ['days_between', [at('2024-03-10 23:59:59Z'), at('2024-03-11 00:00:01Z')], '1 BIGINT'],
    ['days_between', [at('2024-03-10 00:00:01Z'), at('2024-03-10 23:59:59Z')], '0 BIGINT'],
    ['days_between', [at('2024-03-10 21:30:00-03'), day('2024-03-11')], '0 BIGINT'],
    ['days_between', [day('2024-03-11'), 'null'], null],
  ],
  'minutes have their fraction': [
    ['minutes_between', [at('2024-01-01 10:00:00Z'), at('2024-01-01 10:01:30Z')], '1.5 DOUBLE'],
    ['minutes_between', [at('2024-01-01 10:01:30Z'), at('2024-01-01 10:00:00Z')], '-1.5 DOUBLE'],
    ['minutes_between', [at('2024-01-01 10:00:59Z'), at('2024-01-01 10:01:00Z')], '0.016666666666666666 DOUBLE'],
    ['minutes_between', [at('2018-11-03 23:59:00-03'), at('2018-11-04 01:01:00-02')], '2.0 DOUBLE'],
    ['minutes_between', [day('2024-02-28'), day('2024-03-01')], '2880.0 DOUBLE'],
  ],
  'a month later is the same day, or the last of the month': [
    ['add_months', [day('2024-01-31'), '1'], '2024-02-29 DATE'],
    ['add_months', [day('2023-01-31'), '1'], '2023-02-28 DATE'],
    ['add_months', [day('2024-03-31'), '-1'], '2024-02-29 DATE'],
    ['add_months', [day('2024-02-29'), '12'], '2025-02-28 DATE'],
    ['add_months', [day('2024-05-15'), '0'], '2024-05-15 DATE'],
    ['add_months', ['2024-12-31', '2'], '2025-02-28 DATE'],
  ],
  'days are added to a day': [
    ['add_days', [day('2024-02-28'), '2'], '2024-03-01 DATE'],
    ['add_days', [day('2024-01-01'), '-1'], '2023-12-31 DATE'],
    ['add_days', ['2018-11-03', '(-1)'], '2018-11-02 DATE'],
  ],
  'the last days and months have their last day in, and the day before the first out': [
    ['last_days', [day('2024-03-31'), '30', day('2024-03-31')], 'true BOOLEAN'],
    ['last_days', [day('2024-03-02'), '30', day('2024-03-31')], 'true BOOLEAN'],
    ['last_days', [day('2024-03-01'), '30', day('2024-03-31')], 'false BOOLEAN'],
    ['last_days', [day('2024-04-01'), '30', day('2024-03-31')], 'false BOOLEAN'],
    ['last_days', [at('2024-03-31 23:59:59.999999Z'), '1', day('2024-03-31')], 'true BOOLEAN'],
    ['last_days', ['null', '1', day('2024-03-31')], null],
    ['last_months', [day('2024-03-01'), '1', day('2024-03-31')], 'true BOOLEAN'],
    ['last_months', [day('2024-02-29'), '1', day('2024-03-31')], 'false BOOLEAN'],
    ['last_months', [day('2023-04-01'), '12', day('2024-03-31')], 'true BOOLEAN'],
  ],
  'an hour begins as what it was, a day, week or month as a date': [
    ['start_of', ['hour', at('2018-11-04 03:59:59.5Z')], '2018-11-04 03:00:00+00 TIMESTAMP WITH TIME ZONE'],
    ['start_of', ['hour', "timestamp '2024-01-01 10:59:00'"], '2024-01-01 10:00:00 TIMESTAMP'],
    ['start_of', ['day', at('2024-01-01 22:00:00-03')], '2024-01-02 DATE'],
    ['start_of', ['day', "timestamp '2024-01-01 23:59:59'"], '2024-01-01 DATE'],
    ['start_of', ['week', day('2024-03-03')], '2024-02-26 DATE'],
    ['start_of', ['week', day('2024-03-04')], '2024-03-04 DATE'],
    ['start_of', ['week', day('2021-01-03')], '2020-12-28 DATE'],
    ['start_of', ['month', at('2024-02-29 23:00:00Z')], '2024-02-01 DATE'],
  ],
  'Monday is 1 and Sunday 7': [
    ['day_of_week', [day('2024-03-04')], '1 BIGINT'],
    ['day_of_week', [day('2024-03-03')], '7 BIGINT'],
  ],
  'the clock on the wall jumps where it did': [
    ['local_time', [at('2018-11-04 02:59:59Z'), 'America/Sao_Paulo'], '2018-11-03 23:59:59 TIMESTAMP'],
    ['local_time', [at('2018-11-04 03:00:00Z'), 'America/Sao_Paulo'], '2018-11-04 01:00:00 TIMESTAMP'],
    ['local_time', [at('2018-02-18 01:59:59Z'), 'America/Sao_Paulo'], '2018-02-17 23:59:59 TIMESTAMP'],
    ['local_time', [at('2018-02-18 02:00:00Z'), 'America/Sao_Paulo'], '2018-02-17 23:00:00 TIMESTAMP'],
    ['local_time', [at('2026-11-20 02:30:00Z'), 'America/Sao_Paulo'], '2026-11-19 23:30:00 TIMESTAMP'],
    ['local_time', [at('2011-12-30 09:59:59Z'), 'Pacific/Apia'], '2011-12-29 23:59:59 TIMESTAMP'],
    ['local_time', [at('2011-12-30 10:00:00Z'), 'Pacific/Apia'], '2011-12-31 00:00:00 TIMESTAMP'],
    ['start_of', ['day', fragment('local_time', [at('2026-11-20 02:30:00Z'), 'America/Sao_Paulo'])], '2026-11-19 DATE'],
  ],
  'JSON is looked into, and what is none gives nothing': [
    ['json_text', [`'{"a":{"b":"x"}}'`, '$.a.b'], 'x VARCHAR'],
    ['json_text', [`'{"a":[1,{"b":2.5}]}'`, '$.a[1].b'], '2.5 VARCHAR'],
    ['json_text', [`'{"a":null}'`, '$.a'], null],
    ['json_text', [`'{"a":1}'`, '$.b'], null],
    ['json_text', [`'{"a":'`, '$.a'], null],
  ],
  'text becomes a number or an instant, or nothing': [
    ['to_integer', ["'-12'"], '-12 BIGINT'],
    ['to_integer', ["'3.7'"], null],
    ['to_integer', ["'1_000'"], null],
    ['to_integer', ["''"], null],
    ['to_real', ["'1e3'"], '1000.0 DOUBLE'],
    ['to_real', ["'1,5'"], null],
    ['to_real', ["'nan'"], null],
    ['to_timestamp', ["'2024-01-31T10:00:00-03:00'"], '2024-01-31 13:00:00+00 TIMESTAMP WITH TIME ZONE'],
    ['to_timestamp', ["'2024-01-31 10:00:00'"], '2024-01-31 10:00:00+00 TIMESTAMP WITH TIME ZONE'],
    ['to_timestamp', ["'2024-02-30T10:00:00Z'"], null],
  ],
};
for (const [title, list] of Object.entries(cases)) {
  test(title, async () => {
    for (const [name, args, expected] of list) {
      const sql = fragment(name, args);
      assert.equal(await value(sql), expected, `${name}(${args.join(', ')})\n${sql}`);
    }
  });
}

test('a quantile is interpolated, and a real number of whole and decimal ones too', async () => {
  const of = (type: string): string =>
    `(select ${fragment('quantile', ['x', '0.5'])} from (values (1::${type}), (2::${type}), (4::${type}), (8::${type})) v(x))`;
  for (const type of ['integer', 'decimal(10,1)', 'double']) assert.equal(await value(of(type)), '3.0 DOUBLE');
  const [whole] = [`(select ${fragment('quantile', ['x', '0.25'])} from (values (1), (2), (4), (8)) v(x))`];
  assert.equal(await value(whole), '1.75 DOUBLE');
});

test('a share depends on the value alone, and is the same on every machine', async () => {
  for (const text of ['', 'a', 'ç', '12', '😀']) {
    const bits = Number.parseInt(createHash('md5').update(text).digest('hex').slice(0, 13), 16);
    const found = await connection.runAndReadAll(`select ${fragment('share', [dialect.literal(text)])}`);
    assert.equal(found.getRows()[0]?.[0], bits / 2 ** 52);
  }
  assert.equal(await value(`${fragment('share', ['12'])} = ${fragment('share', ["'12'"])}`), 'true BOOLEAN');
});

test('a calendar has one row a day, both ends in, and none backwards', async () => {
  const days = async (from: string, until: string): Promise<string[]> =>
    (
      await connection.runAndReadAll(
        `select cast(date as varchar) from ${fragment('calendar', [from, until])} d order by 1`,
      )
    )
      .getRows()
      .map(([one]) => String(one));
  assert.deepEqual(await days('2024-02-28', day('2024-03-01')), ['2024-02-28', '2024-02-29', '2024-03-01']);
  assert.deepEqual(await days('2024-03-01', '2024-03-01'), ['2024-03-01']);
  assert.deepEqual(await days('2024-03-02', '2024-03-01'), []);
});

test('every function of fn is spelled, and another name is refused', () => {
  for (const name of fragmentNames) assert.ok(fragment(name, ['a', 'b', 'c']).length > 3, name);
  assert.throws(() => fragment('sqrt', ['x']), { code: 'DEFINITION_INVALID' });
});
