import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EsteiraError } from '../errors.ts';
import { collect } from '../graph/index.ts';
import { after, byHand, col, cron, type Definition, files, job, settings, source, sql, table } from '../index.ts';
import { lateOf, refuseLostDays, refuseLostHours, ticksBetween } from './ticks-due.ts';
import { standardText, timed } from './timed.ts';

const numbers = table('silver.numbers', { columns: { n: col.integer() }, rows: sql`select 1 as n` });
const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const daily = (expression: string, zone: string) =>
  timed(job('daily', { when: cron(expression, { zone, date: 'the day before' }), build: [numbers] }), standardText);
const times = (of: ReturnType<typeof ticksBetween>): string[] => of.map(({ logicalTime }) => logicalTime.toString());

/** The days around each change of the clocks, from noon to noon. */
const changes: readonly (readonly [zone: string, from: string])[] = [
  ['America/Sao_Paulo', '2018-02-15'], // 18 February: midnight comes twice, at the end of the day before
  ['America/Sao_Paulo', '2018-11-01'], // 4 November: midnight does not come
  ['Europe/Lisbon', '2026-03-26'],
  ['Europe/Lisbon', '2026-10-22'],
  ['America/New_York', '2026-03-05'],
  ['America/New_York', '2026-10-29'],
];

describe('ticks where the clocks change', () => {
  for (const [zone, from] of changes) {
    const start = Temporal.PlainDate.from(from);
    const noon = (days: number): Temporal.Instant =>
      start.add({ days }).toZonedDateTime({ timeZone: zone, plainTime: '12:00' }).toInstant();

    test(`a job of every day is due once for each day: ${zone}, ${from}`, () => {
      for (const time of ['0 0', '30 0', '0 1', '30 1', '59 1', '0 2', '30 2', '0 3', '0 23', '30 23', '59 23']) {
        const found = ticksBetween(daily(`${time} * * *`, zone), noon(0), noon(6));
        const dates = Array.from({ length: 6 }, (_, index) => start.add({ days: index }));
        // At 23:30 a run is due on the evening of that same day.
        const shift = /23$/.test(time) ? -1 : 0;
        assert.deepEqual(
          found.map(({ date }) => String(date)),
          dates.map((date) => String(date.add({ days: shift }))),
          time,
        );
      }
    });

    test(`a job of every hour is due once in each hour that passes: ${zone}, ${from}`, () => {
      const hours = noon(0).until(noon(6)).total('hours');
      assert.equal(ticksBetween(daily('15 * * * *', zone), noon(0), noon(6)).length, hours);
    });

    test(`a time is in one part of the days, however they are cut: ${zone}, ${from}`, () => {
      for (const expression of ['30 1 * * *', '0 0,1,2 * * *', '*/30 * * * *', '0 */6 * * *', '45 23 * * 6']) {
        const whole = times(ticksBetween(daily(expression, zone), noon(0), noon(6)));
        for (const minutes of [97, 360]) {
          const parts: string[] = [];
          for (let begin = noon(0); Temporal.Instant.compare(begin, noon(6)) < 0; ) {
            const next = begin.add({ minutes });
            const end = Temporal.Instant.compare(next, noon(6)) < 0 ? next : noon(6);
            parts.push(...times(ticksBetween(daily(expression, zone), begin, end)));
            begin = end;
          }
          assert.deepEqual(parts, whole, `${expression}, ${minutes} minutes`);
        }
      }
    });
  }

  test('a time that does not come is due when the clock has gone over it, one that comes twice the first time', () => {
    const newYork = (expression: string, from: string, to: string) =>
      times(ticksBetween(daily(expression, 'America/New_York'), at(from), at(to)));
    assert.deepEqual(newYork('30 2 * * *', '2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z'), ['2026-03-08T07:00:00Z']);
    assert.deepEqual(newYork('30 1 * * *', '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z'), ['2026-11-01T05:30:00Z']);
    const saoPaulo = ticksBetween(
      daily('0 0 * * *', 'America/Sao_Paulo'),
      at('2018-11-03T12:00:00Z'),
      at('2018-11-04T12:00:00Z'),
    );
    assert.deepEqual(
      saoPaulo.map(({ logicalTime, date }) => `${logicalTime} for ${date}`),
      ['2018-11-04T03:00:00Z for 2018-11-03'],
    );
  });
});

test('the end belongs to what is looked at, the beginning does not', () => {
  const hourly = daily('0 * * * *', 'UTC');
  const due = at('2026-03-10T06:00:00Z');
  assert.deepEqual(times(ticksBetween(hourly, due.subtract({ seconds: 1 }), due)), ['2026-03-10T06:00:00Z']);
  assert.deepEqual(ticksBetween(hourly, due, due.add({ minutes: 59 })), []);
  assert.deepEqual(ticksBetween(hourly, due.subtract({ seconds: 1 }), due.subtract({ milliseconds: 1 })), []);
});

test('of a very long time the last thousand are told, and one that stands for those before', () => {
  const [first, second, ...others] = ticksBetween(
    daily('* * * * *', 'UTC'),
    at('2026-01-01T00:00:00Z'),
    at('2026-02-01T00:00:00Z'),
  );
  assert.equal(String(first?.logicalTime), '2026-01-01T00:01:00Z');
  assert.equal(String(first?.until), String(second?.logicalTime));
  assert.equal(others.length, 999);
  assert.equal(String(others.at(-1)?.logicalTime), '2026-02-01T00:00:00Z');
});

test('two schedules of a job that are due at one time are one', () => {
  const each = job('both', { when: [cron('0 6 * * *'), cron('0 * * * *')], build: [numbers] });
  const both = timed(each, standardText);
  const found = ticksBetween(both, at('2026-03-10T05:30:00Z'), at('2026-03-10T07:30:00Z'));
  assert.deepEqual(times(found), ['2026-03-10T06:00:00Z', '2026-03-10T07:00:00Z']);
});

describe('ticks that were missed', () => {
  const orders = source('landing.orders', {
    reader: files('orders/{date}.csv'),
    columns: { n: col.integer(), day: col.date() },
    day: 'day',
  });
  const ofDay = table('silver.of_day', {
    columns: { n: col.integer(), day: col.date() },
    rows: orders,
    write: 'append',
  });
  const graphOf = (...all: Definition[]) =>
    collect([{ catalog: 'c', file: 'a.ts', exports: { all } }], { suffix: '_x' });
  const by = (options: Parameters<typeof cron>[1], name = 'daily', build = [ofDay]) =>
    job(name, { when: cron('0 2 * * *', options), build });

  test('are each run where a source gives the rows of a date, else once; the schedule may say otherwise', () => {
    const days = by({});
    const whole = job('whole', { when: cron('0 3 * * *'), build: [numbers] });
    const then = job('then', { when: after(whole), build: [numbers] });
    const asked = job('asked', { when: cron('0 4 * * *', { missed: 'run each', limit: 3 }), build: [numbers] });
    const graph = graphOf(orders, ofDay, numbers, days, whole, then, asked);
    assert.deepEqual(lateOf(days, '0 2 * * * UTC', graph), { missed: 'run each', limit: 100 });
    assert.deepEqual(lateOf(whole, '0 3 * * * UTC', graph), { missed: 'run once', limit: 100 });
    assert.deepEqual(lateOf(then, 'after whole', graph), { missed: 'run each', limit: 100 });
    assert.deepEqual(lateOf(asked, '0 4 * * * UTC', graph), { missed: 'run each', limit: 3 });
    assert.deepEqual(lateOf(days, 'a schedule of before', graph), { missed: 'run each', limit: 100 });
  });

  test('may not be skipped where days would be lost, unless another job reads them', () => {
    const skipping = by({ missed: 'skip' });
    assert.throws(() => refuseLostDays(graphOf(orders, ofDay, skipping)), /would never read the days that it skips/);
    refuseLostDays(graphOf(orders, ofDay, skipping, by({}, 'nightly')));
    refuseLostDays(graphOf(numbers, job('all', { when: cron('0 3 * * *', { missed: 'skip' }), build: [numbers] })));
  });

  test('hours that no schedule reads are refused where others are read; one job may have what another leaves out', () => {
    const perHour = source('landing.hours', {
      reader: files('a.csv'),
      hour: 'at',
      columns: { n: col.integer(), at: col.timestamp() },
    });
    const rows = table('bronze.hours', { columns: { n: col.integer() }, rows: sql`select n from ${perHour}` });
    const due = (expression: string, name = 'hourly') => job(name, { when: cron(expression), build: [rows] });
    refuseLostHours(graphOf(perHour, rows, due('5 * * * *')));
    refuseLostHours(graphOf(perHour, rows, due('5 */2 * * *'), due('5 1-23/2 * * *', 'odd')));
    refuseLostHours(graphOf(perHour, rows, job('hand', { when: byHand, build: [rows] })));
    refuseLostHours(graphOf(perHour, rows, due('5 * 1-15 * *'), due('5 * 16-31 * *', 'later')));
    refuseLostHours(graphOf(perHour, rows, due('5 * * 1 *'), due('5 * * * *', 'all')));
    const limits = settings('config.limits', { due: col.text().default('5 * * * *') });
    const changing = job('changing', { when: cron(limits.due), build: [rows] });
    refuseLostHours(graphOf(perHour, rows, limits, changing, due('5 * * * *')));
    assert.throws(
      () => refuseLostHours(graphOf(perHour, rows, limits, changing)),
      (error: EsteiraError) => /once somebody changes the setting of changing$/.test(error.details.got ?? ''),
    );
    for (const expression of ['0 */2 * * *', '15 2 * * *', '5 * * * 1-5', '5 * * 1 *', '5 * 10-20 * *', '5 * 1-30 * *'])
      assert.throws(
        () => refuseLostHours(graphOf(perHour, rows, due(expression))),
        /No run would ever read some hours of landing\.hours/,
        expression,
      );
  });
});
