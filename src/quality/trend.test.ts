import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trendOf } from './trend.ts';

/** From 0 to below 1, the same each time. */
function drawn(seed: number): () => number {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
const noisy = (seed: number, slope: number, days = 30) => {
  const next = drawn(seed);
  return Array.from({ length: days }, (_, at) => ({ at, value: 0.8 + slope * at + 0.02 * (next() + next() - 1) }));
};

test('a planted slope lies between the bounds 19 times of 20, whichever it is', () => {
  for (const slope of [0, 0.002, -0.002]) {
    const inside = Array.from({ length: 400 }, (_, seed) => trendOf(noisy(seed, slope))).filter(
      (trend) => trend && trend.low <= slope && slope <= trend.high,
    );
    assert.ok(inside.length > 400 * 0.92 && inside.length < 400 * 0.98, `${inside.length} of 400 at ${slope}`);
  }
});

test('figures that share most of what they are made of are not taken for news', () => {
  const falsely = (together: number): number =>
    Array.from({ length: 400 }, (_, seed) => {
      const each = noisy(seed, 0, 66);
      const means = each.slice(6).map(({ at }, place) => ({
        at,
        value: each.slice(place, place + 7).reduce((sum, { value }) => sum + value, 0) / 7,
      }));
      return trendOf(means, together);
    }).filter((trend) => trend && (trend.low > 0 || trend.high < 0)).length / 400;
  const [alone, together] = [falsely(0), falsely(12)];
  assert.ok(alone > 0.3 && together < alone / 2, `${alone}, ${together}`);
});

test('of few points, and of one time, nothing is known', () => {
  assert.equal(trendOf(noisy(1, 0, 7)), undefined);
  assert.equal(trendOf(noisy(1, 0).map(({ value }) => ({ at: 3, value }))), undefined);
});

test('what is together is so by time: figures of each hour that say what their day said are no more certain than one a day', () => {
  const falsely = (copies: number): number =>
    Array.from({ length: 200 }, (_, seed) => {
      const daily = noisy(seed, 0, 60);
      const each = daily.flatMap(({ at, value }) =>
        Array.from({ length: copies }, (_, copy) => ({ at: at + copy / copies, value })),
      );
      return trendOf(each, 3);
    }).filter((trend) => trend && (trend.low > 0 || trend.high < 0)).length / 200;
  const [daily, hourly] = [falsely(1), falsely(12)];
  assert.ok(daily < 0.15 && hourly < 0.15, `${daily}, ${hourly}`);
});
