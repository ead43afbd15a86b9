import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Errors, errorsOf, total } from './errors.ts';

const of = (rows: readonly (readonly [actual: number, predicted: number])[]): Errors => {
  const sum = (values: readonly number[]): number => values.reduce((one, other) => one + other, 0);
  const some = rows.filter(([actual]) => actual !== 0);
  return {
    all: rows.length,
    rows: rows.length,
    absolute: sum(rows.map(([actual, predicted]) => Math.abs(predicted - actual))),
    signed: sum(rows.map(([actual, predicted]) => predicted - actual)),
    size: sum(rows.map(([actual]) => Math.abs(actual))),
    percentages: some.length,
    percentage: sum(some.map(([actual, predicted]) => Math.abs((predicted - actual) / actual))),
  };
};

test('a percentage counts each row alike, a weighted one by what came, and a bias has a sign', () => {
  const found = errorsOf(
    of([
      [10, 20],
      [100, 90],
      [0, 3],
    ]),
  );
  assert.ok(Math.abs((found.mape ?? 0) - (1 + 0.1) / 2) < 1e-15, 'a row that came as 0 has no percentage');
  assert.equal(found.wape, 23 / 110);
  assert.equal(found.bias, 3 / 110);
  assert.ok((errorsOf(of([[10, 4]])).bias ?? 0) < 0);
});

test('segments add up to what all their rows give', () => {
  const [one, other] = [
    of([
      [10, 20],
      [3, 4],
    ]),
    of([
      [100, 90],
      [0, 1],
    ]),
  ];
  assert.deepEqual(
    errorsOf(total([one, other])),
    errorsOf(
      of([
        [10, 20],
        [3, 4],
        [100, 90],
        [0, 1],
      ]),
    ),
  );
});

test('where nothing came no share is known', () => {
  assert.deepEqual(errorsOf(of([[0, 5]])), {});
  assert.deepEqual(errorsOf(total([])), {});
});
