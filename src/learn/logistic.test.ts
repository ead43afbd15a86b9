import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden, matrixOfRows } from './golden.ts';
import { logistic } from './logistic.ts';
import { matrixOf } from './matrix.ts';

const given = golden('logistic');
const rows = matrixOfRows(given.x);
const firsts: readonly number[] = given.x.map(([first]: readonly number[]) => first);

test("coefficients, standard errors and likelihood are statsmodels'", () => {
  const found = logistic(rows, given.y);
  assert.equal(found.ended, 'converged');
  assert.ok(apart(found.coefficients, given.coefficients) < 1e-9, `${apart(found.coefficients, given.coefficients)}`);
  assert.ok(apart(found.standardErrors, given.errors) < 1e-9);
  assert.ok(apart([found.logLikelihood], [given.likelihood]) < 1e-12);
});

test("with a ridge the coefficients are scikit-learn's", () => {
  const { penalty, coefficients } = given.ridge;
  assert.ok(apart(logistic(rows, given.y, { ridge: penalty }).coefficients, coefficients) < 1e-8);
});

test('outcomes that a column tells apart have no best coefficients, but with a ridge', () => {
  const column = matrixOf([[1, 2, 3, 4, 5, 6]]);
  assert.equal(logistic(column, [0, 0, 0, 1, 1, 1]).ended, 'separated');
  assert.equal(logistic(column, [1, 1, 1, 1, 1, 1]).ended, 'separated');
  assert.equal(logistic(column, [0, 0, 0, 1, 1, 1], { ridge: 1 }).ended, 'converged');
  const half = logistic(matrixOf([[0, 0, 0, 1, 1, 1]]), [0, 1, 0, 1, 1, 1]);
  assert.equal(half.ended, 'separated');
});

test('columns that determine each other are said', () => {
  const twice = matrixOf([firsts, firsts.map((value) => 2 * value)]);
  assert.equal(logistic(twice, given.y).ended, 'dependent columns');
});

test('large numbers do not overflow', () => {
  const far = matrixOf([firsts.map((value) => 1e6 + 1e4 * value)]);
  const near = matrixOf([firsts]);
  const [one, other] = [logistic(far, given.y), logistic(near, given.y)];
  assert.ok(apart([(one.coefficients[1] ?? 0) * 1e4], [other.coefficients[1] ?? 0]) < 1e-6);
});
