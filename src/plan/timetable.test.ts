import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collect } from '../graph/index.ts';
import { after, col, cron, job, settings, sql, table } from '../index.ts';
import { hourBefore } from '../ports/index.ts';
import { lateOf } from './ticks-due.ts';
import { scheduleSettings, standardText, timed } from './timed.ts';
import { Timetable } from './timetable.ts';

const limits = settings('config.limits', { due: col.text().default('0 12 * * *') });
const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql`select 1 as n` });
const daily = job('daily', { when: cron(limits.due, { missed: 'skip' }), build: [numbers] });
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
/** At 12:00 up to 10:00 of 3 March, then at another time. */
const changed = (text: string, of = daily): Timetable =>
  new Timetable([{ job: timed(of, standardText) }, { from: at('2026-03-03T10:00:00Z'), job: timed(of, () => text) }]);
const between = (timetable: Timetable, from: string, to: string): readonly string[] =>
  timetable.between(at(from), at(to)).map(({ logicalTime }) => logicalTime.toString().slice(5, 16));

test('each time is due by the schedule that held then; a day that an earlier hour would lose is due when it is said', () => {
  const early = changed('0 6 * * *');
  assert.deepEqual(between(early, '2026-03-01T00:00:00Z', '2026-03-05T00:00:00Z'), [
    '03-01T12:00',
    '03-02T12:00',
    '03-03T10:00',
    '03-04T06:00',
  ]);
  assert.deepEqual(between(early, '2026-03-03T10:00:00Z', '2026-03-04T06:00:00Z'), ['03-04T06:00']);
  assert.deepEqual(between(early, '2026-03-03T09:00:00Z', '2026-03-03T10:00:00Z'), ['03-03T10:00']);
  const [due] = early.between(at('2026-03-03T09:00:00Z'), at('2026-03-03T10:00:00Z'));
  assert.deepEqual([String(due?.date), due?.cause], ['2026-03-03', 'config.limits.due UTC']);
});

test('a day is made up for once, and only where no schedule has it', () => {
  const times = (...texts: readonly (readonly [string, string])[]): readonly string[] =>
    between(
      new Timetable([
        { job: timed(daily, standardText) },
        ...texts.map(([from, text]) => ({ from: at(`2026-03-03T${from}:00Z`), job: timed(daily, () => text) })),
      ]),
      '2026-03-03T00:00:00Z',
      '2026-03-04T00:00:00Z',
    );
  assert.deepEqual(times(['10:00', '0 6 * * *'], ['10:30', '0 8 * * *']), ['03-03T10:00']);
  assert.deepEqual(times(['10:00', '0 6 * * *'], ['10:30', '0 14 * * *']), ['03-03T14:00']);
  assert.deepEqual(times(['10:00', '0 6 * * 1']), [], 'it is no day of the new schedule');
  assert.deepEqual(times(['13:00', '0 6 * * *']), ['03-03T12:00']);
  assert.deepEqual(times(['10:00', '0 18 * * *'], ['14:00', '0 6 * * *']), ['03-03T14:00']);
});

test('a later hour takes nothing back that was due', () => {
  assert.deepEqual(between(changed('0 18 1 * *'), '2026-03-01T00:00:00Z', '2026-04-02T00:00:00Z'), [
    '03-01T12:00',
    '03-02T12:00',
    '04-01T18:00',
  ]);
});

test('what was due in the moment of the change is due by the old schedule, once', () => {
  const timetable = new Timetable([
    { job: timed(daily, standardText) },
    { from: at('2026-03-03T12:00:00Z'), job: timed(daily, () => '*/30 12 * * *') },
  ]);
  assert.deepEqual(between(timetable, '2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z'), ['03-03T12:00', '03-03T12:30']);
});

test('the next time after one that lies before the change may be one of before', () => {
  const rarely = changed('0 18 1 * *');
  assert.equal(String(rarely.next(at('2026-03-02T11:00:00Z'))), '2026-03-02T12:00:00Z');
  assert.equal(String(rarely.next(at('2026-03-02T12:00:00Z'))), '2026-04-01T18:00:00Z');
  const early = changed('0 6 * * *');
  assert.equal(String(early.next(at('2026-03-02T12:00:00Z'))), '2026-03-03T10:00:00Z', 'a day that is made up for');
  assert.equal(String(early.next(at('2026-03-03T10:00:00Z'))), '2026-03-04T06:00:00Z');
});

test('a date has the time at which it was due, and a day without one what is due for it now', () => {
  const early = changed('0 6 * * *');
  const now = at('2026-03-05T10:00:00Z');
  const of = (date: string) => String(early.tick({ now, date: Temporal.PlainDate.from(date) }).logicalTime);
  assert.equal(of('2026-03-01'), '2026-03-01T12:00:00Z');
  assert.equal(of('2026-03-04'), '2026-03-04T06:00:00Z');
  assert.equal(of('2026-03-03'), '2026-03-03T10:00:00Z', 'neither schedule was due while it held');
  const hourly = changed('0 * * * *');
  const second = hourly.tick({ now, date: Temporal.PlainDate.from('2026-03-03') });
  assert.equal(String(second.logicalTime), '2026-03-03T11:00:00Z', 'the first of those that were due');
});

test('an hour has the time at which it was due, and one without what is due for it now', () => {
  const hourly = new Timetable([
    { job: timed(daily, () => '5 * * * *') },
    { from: at('2026-03-03T10:07:00Z'), job: timed(daily, () => '10 * * * *') },
  ]);
  const of = (timetable: Timetable, until: string) => String(timetable.ofHour(hourBefore(at(until)))?.logicalTime);
  assert.equal(of(hourly, '2026-03-03T09:00:00Z'), '2026-03-03T09:05:00Z');
  assert.equal(of(hourly, '2026-03-03T10:00:00Z'), '2026-03-03T10:05:00Z', 'the first of the two that were due');
  assert.equal(of(hourly, '2026-03-03T11:00:00Z'), '2026-03-03T11:10:00Z');
  assert.equal(of(changed('5 * * * *'), '2026-03-03T09:00:00Z'), '2026-03-03T09:05:00Z', 'none was due while it held');
  assert.equal(of(changed('*/20 * * * *'), '2026-03-03T10:00:00Z'), '2026-03-03T10:20:00Z', 'after the change');
});

test('the last that was due is none that the schedule of today would have had before it held', () => {
  const early = changed('0 6 * * *');
  assert.equal(String(early.tick({ now: at('2026-03-03T09:00:00Z') }).logicalTime), '2026-03-02T12:00:00Z');
  assert.equal(String(early.tick({ now: at('2026-03-03T11:00:00Z') }).logicalTime), '2026-03-03T10:00:00Z');
  assert.equal(String(early.tick({ now: at('2026-03-04T07:00:00Z') }).logicalTime), '2026-03-04T06:00:00Z');
});

test('people see what is due now, and which setting says so; a job that comes after it has its dates', () => {
  assert.equal(changed('0 6 * * *').when, '0 6 * * * UTC (config.limits.due)');
  const then = job('then', { when: after(daily), build: [numbers] });
  assert.deepEqual(scheduleSettings(then), [limits.due]);
  const tick = changed('0 6 * * *', then).tick({ now: at('2026-03-04T07:00:00Z') });
  assert.equal(String(tick.logicalTime), '2026-03-04T06:00:00Z');
});

test('times before and after a change have one cause: what the job does about those that were missed holds for both', () => {
  const due = changed('0 6 * * *').between(at('2026-03-02T00:00:00Z'), at('2026-03-05T00:00:00Z'));
  assert.deepEqual([...new Set(due.map(({ cause }) => cause))], ['config.limits.due UTC']);
  const exports = { limits, numbers, daily };
  const graph = collect([{ catalog: 'c', file: 'a.ts', exports }], { suffix: '_x' });
  assert.deepEqual(lateOf(daily, 'config.limits.due UTC', graph), { missed: 'skip', limit: 100 });
});
