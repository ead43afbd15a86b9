import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import type { AsOfJoin } from '../../ports/index.ts';
import { dialect } from './dialect.ts';

const usual: AsOfJoin = {
  ...{ left: 'events', right: 'rates', columns: ['id'], on: ['k'], at: ['seen', 'known'], ties: [] },
  take: { fee: 'fee' },
};
const ties = { ties: ['place', 'sent'], right: 'twice' } as const;

const day = (days: number): string => `date '2026-01-01' + cast(${days} as integer)`;
const events = `select i as id, nullif('k' || hash(i * 7) % 5, 'k4') as k,
  case when hash(i) % 9 > 0 then ${day(0)} + cast(hash(i * 3) % 40 as integer) end as seen from range(300) as t(i)`;
const rates = `select 'k' || hash(i * 11) % 5 as k, ${day(0)} + cast(hash(i * 5) % 40 as integer) as known,
  nullif('p' || hash(i * 13) % 3, '') as place, hash(i * 17) % 2 as sent, i as fee from range(400) as t(i)`;

/** What is meant, asked row by row: the last by time, then by what decides between rows of one time. */
const truth = (right: string, order: string, within = ''): string => `select id,
  (select max_by(fee, row(${order})) from ${right} r where r.k = e.k and r.known <= e.seen ${within}) as fee from events e`;

for (const [plan, least] of [
  ['a loop', 100_000],
  ['sorting', 0],
] as const)
  test(`each row has the last that was known, whether the engine finds it by ${plan}`, async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rows = async (sql: string) =>
      (await connection.runAndReadAll(`select * from (${sql}) order by all`)).getRowsJson();
    const same = async (join: Partial<AsOfJoin>, expected: string) => {
      const found = await rows(`from ${dialect.asOf({ ...usual, ...join })}`);
      assert.deepEqual(found, await rows(expected));
      assert.ok(found.filter(([, fee]) => fee !== null).length > 100 && found.some(([, fee]) => fee === null));
    };
    await connection.run(`set TimeZone = 'UTC'; set asof_loop_join_threshold = ${least};
      create table events as ${events};
      create table twice as select distinct on (k, known, place, sent) * from (${rates});
      create table rates as select distinct on (k, known) * from twice
        union all select 'k' || i, null, null, null, 1000 + i from range(5) as t(i)`);
    await same({}, truth('rates', 'known'));
    await same(ties, truth('twice', 'known, place, sent'));
    const near = 'and r.known >= e.seen - interval 3 days';
    await same({ within: { count: 3, unit: 'day' } }, truth('rates', 'known', near));
    await same({ ...ties, within: { count: 3, unit: 'day' } }, truth('twice', 'known, place, sent', near));
    const anyKey = truth('twice', 'known, k, place, sent').replace('r.k = e.k', 'true');
    await same({ ...ties, on: [], ties: ['k', ...ties.ties] }, anyKey);
    connection.closeSync();
    instance.closeSync();
  });

test('how old a row may be is counted back from the time of the other, to the unit', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("set TimeZone = 'UTC'");
  const isKnown = async (seen: string, known: string, within: NonNullable<AsOfJoin['within']>): Promise<boolean> => {
    const time = seen.includes('T') ? 'timestamptz' : 'date';
    const left = `(select 1 as id, 1 as k, ${time} '${seen}' as seen)`;
    const right = `(select 1 as k, ${time} '${known}' as known, 5 as fee)`;
    const found = await connection.runAndReadAll(`from ${dialect.asOf({ ...usual, left, right, within })}`);
    return found.getRows()[0]?.[1] !== null;
  };
  for (const [seen, oldest, older, within] of [
    ['2026-03-31', '2026-02-28', '2026-02-27', { count: 1, unit: 'month' }],
    ['2026-03-31', '2026-03-29', '2026-03-28', { count: 2, unit: 'day' }],
    ['2026-03-31T10:00:00Z', '2026-03-31T09:00:00Z', '2026-03-31T08:59:59.999Z', { count: 1, unit: 'hour' }],
    ['2026-03-31T10:00:00Z', '2026-03-31T09:58:00Z', '2026-03-31T09:57:59Z', { count: 2, unit: 'minute' }],
    ['2026-03-31T10:00:00Z', '2026-03-31T09:59:57Z', '2026-03-31T09:59:56Z', { count: 3, unit: 'second' }],
    ['2026-03-31T10:00:00Z', '2026-03-31T09:59:59.990Z', '2026-03-31T09:59:59.989Z', { count: 10, unit: 'ms' }],
  ] as const) {
    assert.ok(await isKnown(seen, oldest, within), `${oldest} at ${seen}`);
    assert.ok(!(await isKnown(seen, older, within)), `${older} at ${seen}`);
  }
  connection.closeSync();
  instance.closeSync();
});
