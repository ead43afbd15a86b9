import assert from 'node:assert/strict';
import { test } from 'node:test';
import { after, always, byHand, col, cron, job, sql, table } from '../index.ts';
import { isScheduled, nextTick, tickOf, whenText } from './ticks.ts';
import { standardText, timed } from './timed.ts';

const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql`select 1 as n` });
const build = [numbers];
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const told = ({ logicalTime, date, zone }: ReturnType<typeof tickOf>) => [String(logicalTime), String(date), zone];

const due = (...of: Parameters<typeof job>) => timed(job(...of), standardText);
const twice = due('twice', {
  when: [cron('0 18 * * 1-5', { zone: 'America/Sao_Paulo' }), cron('30 6 * * *', { date: 'the day before' })],
  build,
});

test('a job with two schedules is due by both: the last one due, each with its own date and zone', () => {
  assert.deepEqual(told(tickOf(twice, { now: at('2026-03-10T12:00:00Z') })), [
    '2026-03-10T06:30:00Z',
    '2026-03-09',
    'UTC',
  ]);
  assert.deepEqual(told(tickOf(twice, { now: at('2026-03-10T22:00:00Z') })), [
    '2026-03-10T21:00:00Z',
    '2026-03-10',
    'America/Sao_Paulo',
  ]);
  assert.equal(whenText(twice), '0 18 * * 1-5 America/Sao_Paulo, 30 6 * * * UTC');
});

test('its next time is the earlier one of the two', () => {
  assert.equal(String(nextTick(twice, at('2026-03-10T12:00:00Z'))), '2026-03-10T21:00:00Z');
  assert.equal(String(nextTick(twice, at('2026-03-10T21:00:00Z'))), '2026-03-11T06:30:00Z');
});

test('a date has the first time that is due for it by any of them', () => {
  const now = at('2026-03-20T12:00:00Z');
  const date = (text: string) => told(tickOf(twice, { now, date: Temporal.PlainDate.from(text) }));
  assert.deepEqual(date('2026-03-10'), ['2026-03-10T21:00:00Z', '2026-03-10', 'America/Sao_Paulo']);
  // A Saturday: only the schedule of every day is due for it.
  assert.deepEqual(date('2026-03-14'), ['2026-03-15T06:30:00Z', '2026-03-14', 'UTC']);
});

test('a date for which none is due has midnight in the zone of the first', () => {
  const weekly = due('weekly', { when: [cron('0 2 * * 1', { zone: 'America/Sao_Paulo' }), cron('0 3 * * 2')], build });
  const tick = tickOf(weekly, { now: at('2026-03-20T12:00:00Z'), date: Temporal.PlainDate.from('2026-03-12') });
  assert.deepEqual(told(tick), ['2026-03-12T03:00:00Z', '2026-03-12', 'America/Sao_Paulo']);
});

test('a job after another has its dates, beside those of its own schedule', () => {
  const later = due('later', { when: [after(twice), cron('0 7 1 * *')], build });
  assert.deepEqual(told(tickOf(later, { now: at('2026-03-10T12:00:00Z') })).slice(0, 2), [
    '2026-03-10T06:30:00Z',
    '2026-03-09',
  ]);
  assert.deepEqual(told(tickOf(later, { now: at('2026-03-01T07:30:00Z') })).slice(0, 2), [
    '2026-03-01T07:00:00Z',
    '2026-03-01',
  ]);
  assert.equal(String(nextTick(later, at('2026-03-10T12:00:00Z'))), '2026-04-01T07:00:00Z');
});

test('a job by hand is for the day before, one that never ends for today, and neither is scheduled', () => {
  const now = at('2026-03-10T12:00:00Z');
  const hand = due('hand', { when: byHand, build });
  const endless = due('endless', { when: always, build });
  assert.equal(String(tickOf(hand, { now }).date), '2026-03-09');
  assert.equal(String(tickOf(endless, { now }).date), '2026-03-10');
  const both = due('both', { when: after(hand), build });
  assert.equal(String(tickOf(both, { now }).date), '2026-03-09', 'after a job by hand it has its date');
  for (const one of [hand, endless, both]) assert.deepEqual([isScheduled(one), nextTick(one, now)], [false, undefined]);
});
