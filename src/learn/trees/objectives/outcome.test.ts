import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isKnown, turn } from './outcome.ts';

const turned = (
  name: string,
  sums: readonly number[],
  more: { classes?: number; sigmoid?: number; root?: boolean } = {},
): number[] => {
  const values = Float64Array.from(sums);
  turn(values, { name, classes: 1, sigmoid: 1, root: false, ...more });
  return [...values];
};

test('sums become what the objective predicts', () => {
  assert.deepEqual(turned('regression', [2, -3]), [2, -3]);
  assert.deepEqual(turned('regression', [2, -3], { root: true }), [4, -9]);
  assert.deepEqual(turned('lambdarank', [2, -3]), [2, -3]);
  assert.deepEqual(turned('binary', [0, Math.log(3)]), [0.5, 1 / (1 + Math.exp(-Math.log(3)))]);
  assert.deepEqual(turned('binary', [1], { sigmoid: 2 }), [1 / (1 + Math.exp(-2))]);
  assert.deepEqual(turned('multiclassova', [0, 0], { classes: 2 }), [0.5, 0.5]);
  for (const name of ['poisson', 'gamma', 'tweedie']) assert.deepEqual(turned(name, [0, 1]), [1, Math.E]);
});

test('of several classes each row adds up to 1, however large the sums are', () => {
  const found = turned('multiclass', [1000, 1000, 0, 1, 2, 3], { classes: 3 });
  const all = Math.exp(-2) + Math.exp(-1) + 1;
  assert.deepEqual(found, [0.5, 0.5, 0, Math.exp(-2) / all, Math.exp(-1) / all, 1 / all]);
});

test('other objectives are not known', () => {
  assert.deepEqual(['binary', 'cox', 'toString', ''].map(isKnown), [true, false, false, false]);
});
