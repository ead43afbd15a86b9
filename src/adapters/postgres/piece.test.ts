import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dayOf, hourBefore } from '../../ports/index.ts';
import type { Described } from './catalogue.ts';
import { conditionSql, cursorOf, reachOf } from './piece.ts';
import { builtIn, type PostgresType } from './values/types.ts';

const now = 1_767_225_600_000_000n; // 2026-01-01
const seconds = (count: number): bigint => BigInt(count) * 1_000_000n;
const at = { name: 'at', of: 'timestamptz', nullable: false } as const;

const reach = (upper: bigint) => ({ uppers: new Map([['', upper]]) });

test('a bound stays before what is open, and before now; what waits for long is said', () => {
  const of = (found: bigint, open?: bigint) => reachOf(String(found), at, { now, open });
  assert.deepEqual(of(now - seconds(5)), reach(now - seconds(5)));
  assert.deepEqual(of(now + seconds(5)), reach(now), 'a clock that is fast');
  assert.deepEqual(of(now - seconds(5), now - seconds(10)), reach(now - seconds(10) - 1n));
  assert.deepEqual(of(now - seconds(20), now - seconds(10)), reach(now - seconds(20)));
  const { uppers, waits } = of(now - seconds(5), now - seconds(3600));
  assert.equal(uppers.get(''), now - seconds(3600) - 1n);
  assert.match(waits ?? '', /open since 2025-12-31 23:00:00\+00/);
  assert.equal(of(now - seconds(7200), now - seconds(3600)).waits, undefined, 'nothing waits');
  assert.equal(reachOf(null, at, { now, open: undefined }).uppers.get(''), -(2n ** 63n), 'no row has one');
  assert.equal(reachOf('7', { ...at, of: 'whole' }, { now, open: now - seconds(5) }).uppers.get(''), 7n);
});

const type = (oid: number): PostgresType => builtIn({ oid, modifier: -1 }) as PostgresType;
const described: Described = {
  schema: 'sales',
  name: 'or"ders',
  key: ['id'],
  rows: undefined,
  columns: [
    { name: 'id', type: type(20), nullable: false, readable: true },
    { name: 'at', type: type(1184), nullable: true, readable: true },
    { name: 'note', type: type(25), nullable: true, readable: true },
  ],
};
const table = (cursor?: string) => ({ by: 'postgres', options: { ...(cursor ? { cursor } : {}) }, where: 'source x' });
const conditionOf = (cursor: string, asked: Parameters<typeof conditionSql>[1]): string | undefined =>
  conditionSql(described, asked, {
    cursor: cursorOf(table(cursor), described),
    moment: { now, open: undefined },
    called: (name) => described.columns.find((one) => one.name === name),
    where: 'source x',
  });

test('a piece is both bounds with, and of what says nothing all', () => {
  assert.equal(conditionOf('id', { piece: { upper: 9n } }), '("id" <= (9)::int8)');
  assert.equal(
    conditionOf('id', { piece: { lower: -(2n ** 63n), upper: 9n } }),
    '("id" >= (-9223372036854775808)::int8 and "id" <= (9)::int8)',
  );
  assert.equal(
    conditionOf('at', { piece: { lower: now, upper: now + 1n } }),
    `("at" >= '2026-01-01 00:00:00+00'::timestamptz and "at" <= '2026-01-01 00:00:00.000001+00'::timestamptz) or "at" is null or "at" > '2026-01-02 00:00:00+00'::timestamptz or "at" = '-infinity'`,
  );
});

test('a day is asked for where the column is a time there', () => {
  const spans = [dayOf(Temporal.PlainDate.from('2026-01-31'))];
  assert.equal(
    conditionOf('id', { within: { column: 'at', spans } }),
    `"at" >= '2026-01-31T00:00:00+00'::timestamptz and "at" < '2026-02-01T00:00:00+00'::timestamptz`,
  );
  assert.equal(conditionOf('id', { within: { column: 'note', spans } }), undefined);
  const hours = [hourBefore(Temporal.Instant.from('2026-02-01T00:10:00Z'))];
  assert.equal(
    conditionOf('id', { within: { column: 'at', spans: hours } }),
    `"at" >= '2026-01-31T23:00:00+00'::timestamptz and "at" < '2026-02-01T00:00:00+00'::timestamptz`,
  );
});

test('what cannot say what is new is refused, and so is looking back on what is no time', () => {
  assert.equal(cursorOf(table(), described), undefined);
  for (const cursor of ['note', 'gone'])
    assert.throws(() => cursorOf(table(cursor), described), { code: 'SOURCE_UNUSABLE' });
  const back = { column: 'note', from: Temporal.PlainDate.from('2026-01-31') };
  assert.throws(() => conditionOf('id', { piece: { lower: 1n, upper: 2n }, back }), { code: 'SOURCE_UNUSABLE' });
});
