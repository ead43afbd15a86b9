import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden } from '../golden.ts';
import { censoredRegression } from './censored.ts';
import { Moments } from './moments.ts';
import { hazard, logAbove } from './normal.ts';
import { studentQuantile } from './student.ts';

const given = golden('elasticity');
const rows: readonly { readonly x: readonly number[]; readonly y: number; readonly side: number }[] = given.x.map(
  (x: readonly number[], at: number) => ({ x, y: given.y[at], side: given.side[at] }),
);
type Row = (typeof rows)[number];

function fitted(of: readonly Row[], size = 4) {
  const exact = new Moments(size);
  for (const { x, y } of of.filter(({ side }) => side === 0)) exact.add(Float64Array.from(x), 0, y);
  const bounded = of.filter(({ side }) => side !== 0);
  return censoredRegression(exact, {
    values: Float64Array.from(bounded.flatMap(({ x }) => x)),
    stride: size,
    targets: Float64Array.from(bounded, ({ y }) => y),
    sides: Int8Array.from(bounded, ({ side }) => side),
  });
}

test("without a bound coefficients, standard errors and deviation are those of statsmodels' least squares", () => {
  const fit = fitted(rows.filter(({ side }) => side === 0));
  assert.ok(fit);
  assert.ok(apart(fit.coefficients, given.ols.coefficients) < 1e-11);
  assert.ok(apart(fit.standardErrors, given.ols.errors) < 1e-11);
  assert.ok(apart([fit.deviation], [given.ols.deviation]) < 1e-11);
});

test("with bounds from above and from below the likelihood is highest where statsmodels' is", () => {
  const fit = fitted(rows);
  assert.ok(fit);
  const scale = Math.sqrt(fit.count / fit.freedom);
  assert.ok(rows.filter(({ side }) => side === 1).length > 40 && rows.filter(({ side }) => side === -1).length > 20);
  assert.ok(apart(fit.coefficients, given.tobit.coefficients) < 1e-7);
  assert.ok(apart([fit.deviation / scale], [given.tobit.deviation]) < 1e-7);
  // Its second derivatives are differences.
  assert.ok(
    apart(
      fit.standardErrors.map((error) => error / scale),
      given.tobit.errors,
    ) < 1e-4,
  );
  assert.ok(Math.abs((fit.coefficients[3] as number) + 2.3) < 3 * (fit.standardErrors[3] as number));
});

test('a column that others determine has no coefficient, and a day with what no known day has says nothing', () => {
  const twice = rows.map((row) => ({ ...row, x: [...row.x, 2 * (row.x[1] as number)] }));
  const fit = fitted(twice, 5);
  assert.ok(Number.isNaN(fit?.coefficients[4]));
  assert.ok(apart(fit?.coefficients.subarray(0, 4) ?? [], fitted(rows)?.coefficients ?? []) < 1e-9);
  // An event on whose only days stock ran out: any effect explains them.
  const soldOut = { x: [1, 0, 0, 0, 1], y: 9, side: 1 };
  const others = rows.map((row) => ({ ...row, x: [...row.x, 0] }));
  const beside = fitted([...others, soldOut], 5);
  assert.ok(Number.isNaN(beside?.coefficients[4]));
  assert.deepEqual(beside?.coefficients.subarray(0, 4), fitted(others, 5)?.coefficients.subarray(0, 4));
});

test('what a column is on the known days alone is not known of a day on which it is another', () => {
  // An event in the whole of one month and in no other: known days cannot tell them apart.
  const within = rows.map((row, at) => ({ ...row, x: [...row.x, at < 60 ? 1 : 0, at < 60 ? 1 : 0] }));
  const usual = fitted(within, 6);
  const alone = { x: [1, 0, 0, 0, 1, 0], y: 9, side: 1 };
  const beside = fitted([...within, alone], 6);
  assert.equal(beside?.count, rows.length);
  assert.ok(apart(beside?.coefficients.subarray(0, 5) ?? [], usual?.coefficients.subarray(0, 5) ?? []) < 1e-12);
  assert.equal(fitted([...within, { ...alone, x: [1, 0, 0, 0, 1, 1] }], 6)?.count, rows.length + 1);
});

test('of days that do not suffice nothing is said', () => {
  assert.equal(fitted([]), undefined);
  assert.equal(fitted(rows.filter(({ side }) => side === 0).slice(0, 3)), undefined);
  assert.equal(fitted(rows.filter(({ side }) => side === 1)), undefined);
});

test("what lies above z, and the density beside it, are scipy's, however far out", () => {
  const { z, above, hazard: rate } = given.normal;
  assert.ok(apart(z.map(logAbove), above) < 1e-13);
  assert.ok(
    apart(
      z.filter((at: number) => at > -26).map(hazard),
      rate.filter((_: number, at: number) => z[at] > -26),
    ) < 1e-12,
  );
});

test('with endless degrees of freedom a quantile is that of the normal distribution', () => {
  assert.ok(Math.abs(studentQuantile(0.975, Number.POSITIVE_INFINITY) - 1.959963984540054) < 1e-10);
});

test("quantiles of Student's distribution are scipy's", () => {
  for (const [probability, degrees, value] of given.student)
    assert.ok(
      Math.abs(studentQuantile(probability, degrees) - value) < 1e-9 * Math.max(1, value),
      `${probability} ${degrees}`,
    );
  assert.throws(() => studentQuantile(1, 5), RangeError);
});
