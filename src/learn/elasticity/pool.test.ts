import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden } from '../golden.ts';
import { type Estimate, pooled, poolOf, unseen } from './pool.ts';

const given = golden('elasticity').pool;
const estimates: readonly Estimate[] = given.estimates.map((value: number, at: number) => ({
  value,
  standardError: given.errors[at],
}));

test("mean and spread of estimates are statsmodels' of Paule and Mandel", () => {
  const pool = poolOf(estimates);
  assert.ok(pool && pool.between > 0);
  assert.ok(apart([pool.mean, pool.between, pool.standardError], [given.mean, given.between, given.error]) < 1e-6);
});

test('the less certain an estimate is, the nearer it comes to the mean, and no further', () => {
  const pool = poolOf(estimates);
  assert.ok(pool);
  const drawn = [0.01, 0.3, 3].map((standardError) => pooled({ value: -4, standardError }, pool));
  assert.deepEqual(
    drawn.map(({ value }) => value),
    drawn.map(({ value }) => value).toSorted((one, other) => one - other),
  );
  for (const { value } of drawn) assert.ok(value >= -4 && value < pool.mean);
  const [sure, , unsure] = drawn;
  assert.ok(Math.abs((sure?.value ?? 0) + 4) < 0.01 && Math.abs((sure?.standardError ?? 0) - 0.01) < 1e-3);
  assert.ok((unsure?.standardError ?? 9) < 3 && (unsure?.standardError ?? 0) > Math.sqrt(pool.between) / 2);
  assert.ok(unseen(pool).standardError > Math.sqrt(pool.between));
});

test('estimates that differ by less than chance have no spread, and of three no pool is made', () => {
  const alike = [-2.01, -2, -1.99, -2].map((value) => ({ value, standardError: 0.5 }));
  assert.equal(poolOf(alike)?.between, 0);
  assert.equal(poolOf(alike.slice(1)), undefined);
});
