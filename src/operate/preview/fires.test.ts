import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Found, firesOf } from './fires.ts';

const day = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
/** Of each day from the first of March on: `h`eld, `b`roken, `u`nknown. */
const found = (letters: string): ReadonlyMap<string, Found> =>
  new Map(
    [...letters].map((letter, index) => [
      day('2026-03-01').add({ days: index }).toString(),
      ({ h: 'held', b: 'broken', u: 'unknown' } as const)[letter] as Found,
    ]),
  );
const fires = (letters: string, more: Partial<Parameters<typeof firesOf>[0]> = {}) => {
  const monitors = new Map([['mape', found(letters)]]);
  const to = day('2026-03-01').add({ days: letters.length - 1 });
  const { fires: all, unfired } = firesOf({
    ...{ from: day('2026-03-01'), to, monitors, ticks: [], blackout: new Set<string>() },
    ...more,
  });
  return [
    ...all.map(({ on, date, waited }) => `${on.slice(8)} for ${date.slice(8)}${waited ? `, ${waited}` : ''}`),
    ...unfired.map(({ date, why }) => `not for ${date.slice(8)}: ${why}`),
  ];
};

test('an alert begins the job once, until its monitor has held again; what is not known changes nothing', () => {
  assert.deepEqual(fires('hbbubhbh'), ['03 for 02', '08 for 07']);
});

test('after a run an alert waits for the cool-down, begins it again for the newest date as long as it stands, and is dropped where it is over by then', () => {
  assert.deepEqual(fires('bhbbbbb', { coolDown: 4 }), [
    '02 for 01',
    '06 for 05, cool-down until 2026-03-06',
    'not for 07: cool-down until 2026-03-10',
  ]);
  assert.deepEqual(fires('bbbbbhh', { coolDown: 4 }), ['02 for 01', '06 for 05, cool-down until 2026-03-06']);
  assert.deepEqual(fires('bhbhhhh', { coolDown: 4 }), [
    '02 for 01',
    'not for 03: over before the cool-down until 2026-03-06 ended',
  ]);
});

test('a blackout day moves what is due to the next that is none, a schedule too', () => {
  const blackout = new Set(['2026-03-03', '2026-03-04']);
  const ticks = [{ on: '2026-03-04', date: '2026-03-03', cause: '0 7 4 * *' }];
  assert.deepEqual(fires('hbbbb', { blackout, ticks }), ['05 for 02, blackout day', '05 for 03, blackout day']);
});

test('a schedule does not cool down', () => {
  const ticks = [{ on: '2026-03-04', date: '2026-03-03', cause: '0 7 4 * *' }];
  assert.deepEqual(fires('bhhhh', { coolDown: 10, ticks }), ['02 for 01', '04 for 03']);
});

test('what still waits at the end is said', () => {
  assert.deepEqual(fires('bhbb', { coolDown: 30 }), ['02 for 01', 'not for 04: cool-down until 2026-04-01']);
});

test('two causes of one day and date begin it once, under both', () => {
  const ticks = [{ on: '2026-03-03', date: '2026-03-02', cause: '0 7 3 * *' }];
  const monitors = new Map([
    ['mape', found('hb')],
    ['drift', found('hb')],
  ]);
  const [from, to] = [day('2026-03-01'), day('2026-03-02')];
  assert.deepEqual(firesOf({ from, to, monitors, ticks, blackout: new Set() }).fires, [
    { on: '2026-03-03', date: '2026-03-02', cause: '0 7 3 * * and alert mape and alert drift' },
  ]);
});
