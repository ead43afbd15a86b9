import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureColumn } from '../features.ts';
import { Random } from '../random.ts';
import type { Lesson } from './learned.ts';
import { linearRegression, logisticRegression } from './regressions.ts';

const random = new Random(11);
const count = 2000;
const x = Float64Array.from({ length: count }, () => random.next() * 4 - 2);
const words = ['blue', 'green', 'red'];
const codes = Int32Array.from({ length: count }, () => random.below(4) - 1);
const sums = x.map((value, row) => 0.5 + 2 * value + (codes[row] === 2 ? 1 : 0));
const columns: Lesson['columns'] = {
  x: { of: 'numbers', values: x },
  colour: { of: 'texts', words, codes },
};
const held = Uint8Array.from({ length: count }, (_, row) => (row % 5 === 0 ? 1 : 0));
const features = [{ name: 'x' }, { name: 'colour' }];
const outcomes = Uint8Array.from(sums, (sum) => (random.next() < 1 / (1 + Math.exp(-sum)) ? 1 : 0));
const two: Lesson = { features, columns, held, options: {}, target: { of: 'booleans', values: outcomes } };
const number: Lesson = {
  ...two,
  target: { of: 'numbers', values: sums.map((sum) => sum + random.next() / 100) },
};

test('coefficients are named by their terms, the first word being the one that others are measured from', () => {
  const { inside, parameters, rows, held: kept } = linearRegression(number);
  assert.deepEqual(
    inside.map(({ term }) => term),
    ['(intercept)', 'x', 'colour=green', 'colour=red'],
  );
  const [, slope, , red] = inside.map(({ coefficient }) => Number(coefficient));
  assert.ok(Math.abs((slope as number) - 2) < 0.001 && Math.abs((red as number) - 1) < 0.001);
  assert.ok('encoding' in parameters && parameters.encoding.features.length === 2);
  assert.deepEqual([rows, kept], [1600, 400]);
});

test('a regression is judged on the rows that were kept from it', () => {
  const { measures } = linearRegression(number);
  assert.ok(Number(measures.r2) > 0.9999 && Number(measures.rmse) < 0.004);
  // Rows that are kept and say the contrary change what it is judged by, and not what it has learned.
  const values = (number.target as { values: Float64Array }).values.map((value, row) => (held[row] ? -value : value));
  const turned = linearRegression({ ...number, target: { of: 'numbers', values } });
  assert.deepEqual(turned.parameters, linearRegression(number).parameters);
  assert.ok(Number(turned.measures.r2) < 0);
});

test('probabilities are judged by their order and by how near they are', () => {
  const found = logisticRegression(two);
  assert.ok(Number(found.measures.auc) > 0.85 && Number(found.measures.brier) < 0.17);
  const champion = logisticRegression({ ...two, features: [{ name: 'x' }] });
  const beside = logisticRegression({ ...two, former: champion.parameters });
  assert.deepEqual(beside.champion, champion.measures);
});

test('a row whose target is missing is left out, and counted', () => {
  const valid = Uint8Array.from({ length: count }, (_, row) => (row % 7 === 0 ? 0 : 1));
  const found = logisticRegression({ ...two, target: { of: 'booleans', values: outcomes, valid } });
  assert.equal(found.left['the target'], 286);
  assert.equal(found.rows + found.held + 286, count);
});

test('outcomes that are told apart without a mistake, and targets that are none, are refused', () => {
  const apart = { of: 'booleans', values: Uint8Array.from(x, (value) => (value > 0 ? 1 : 0)) } as const;
  assert.throws(() => logisticRegression({ ...two, target: apart }), /separated/);
  assert.ok(logisticRegression({ ...two, target: apart, options: { ridge: 1 } as never }));
  assert.throws(() => logisticRegression({ ...two, target: { of: 'numbers', values: x } }), /must be 0 or 1/);
});

test('a regression is judged for each value of a column that it did not learn from', () => {
  const area: FeatureColumn = { of: 'numbers', values: Float64Array.from(x, (_, row) => row % 3) };
  const { segments = [], measures, held: kept } = logisticRegression({ ...two, across: { area } });
  const [found] = segments;
  assert.deepEqual(
    found?.values.map(({ value, samples }) => [value, samples]),
    [
      ['0', 134],
      ['1', 133],
      ['2', 133],
    ],
  );
  // A mean over all rows is the mean of its parts.
  const sum = found?.values.reduce((all, one) => all + one.samples * (one.measures['brier'] ?? 0), 0) ?? 0;
  assert.ok(Math.abs(sum / kept - (measures['brier'] ?? 0)) < 1e-12);
  assert.equal(new Set(found?.values.map((one) => one.measures['auc'])).size, 3);
});
