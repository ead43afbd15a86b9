import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pairs, type Sample } from './pairs.ts';

/** At that hour of the first week of March 2026, a Monday being its first day. */
const at = (day: number, hour: number): number => Date.parse('2026-03-02T00:00:00Z') + (day * 24 + hour) * 3_600_000;
const samples = (count: number, when: number, value: number): readonly Sample[] =>
  Array.from({ length: count }, (_, index) => ({ at: when + index, value }));

test('a sample is compared with those of the same hour of the week, of any week', () => {
  const before = [...samples(9, at(-7, 4), 0), ...samples(9, at(-6, 3), 0), ...samples(9, at(-7, 3), 1)];
  const found = pairs(samples(2, at(0, 3), 0.25), before);
  assert.deepEqual([...found.differences], [0.75, 0.75]);
  assert.deepEqual([found.own, found.before, found.used], [0.25, 1, 2]);
});

test('where none is left for the hour of the week, one of the same hour of another day is taken, and else none', () => {
  const before = [...samples(1, at(-7, 3), 1), ...samples(1, at(-6, 3), 0), ...samples(50, at(-7, 4), 1)];
  const found = pairs(samples(9, at(0, 3), 0.5), before);
  assert.deepEqual([...found.differences], [0.5, -0.5], 'each of before counts once');
  assert.equal(found.last, at(0, 3) + 1, 'of nine the second is the last');
});

test('several stand beside one while there are many, fewer when they become few', () => {
  const before = samples(130, at(-7, 3), 1);
  const found = pairs(samples(130, at(0, 3), 0), before);
  assert.equal(found.used, 130);
  // Three, then two each while more than 64 are left, and then one by one.
  assert.equal(found.differences.length, 1 + 32 + 63);
});

test('what stands beside a sample stays there when more come, and is chosen without a look at any value', () => {
  const before = [...samples(70, at(-7, 3), 1), ...samples(70, at(-6, 3), 0)].map((one, index) => ({
    ...one,
    value: (index % 7) / 7,
  }));
  const own = samples(90, at(0, 3), 0.5);
  const whole = pairs(own, before).differences;
  const first = pairs(own.slice(0, 30), before).differences;
  assert.deepEqual([...first], [...whole.subarray(0, 30)]);
  const others = pairs(
    own,
    before.map((one) => ({ ...one, value: 1 - one.value })),
  ).differences;
  assert.deepEqual(
    [...others].map((difference) => (0.5 - difference).toFixed(9)),
    [...whole].map((difference) => (0.5 + difference).toFixed(9)),
  );
});

test('nothing is compared with nothing', () => {
  assert.equal(pairs([], samples(3, at(0, 0), 1)).differences.length, 0);
  assert.equal(pairs(samples(3, at(0, 0), 1), []).differences.length, 0);
});
