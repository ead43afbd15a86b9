import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from './golden.ts';
import {
  auc,
  bias,
  brier,
  calibrationError,
  judgedChances,
  liftTopDecile,
  logLoss,
  mae,
  mape,
  rmse,
  wape,
} from './judging.ts';
import { given, rows, targets, weights, z } from './trees/golden-rows.ts';

const wanted = given.measures;
const scores = Float64Array.from({ length: rows }, (_, row) => ((row * 7919) % 1009) / 8);
const most = scores.reduce((one, other) => Math.max(one, other));
const chances = scores.map((score) => (score + 1) / (most + 2));
const near = (found: number, right: number): void =>
  assert.ok(Math.abs(found - right) < 1e-12, `${found} and ${right}`);

test("measures of probabilities are scikit-learn's, equal scores and weights included", () => {
  near(auc(scores, targets.binary), wanted.auc);
  near(auc(scores, targets.binary, { weights }), wanted.weighted_auc);
  near(logLoss(chances, targets.binary), wanted.log_loss);
  near(brier(chances, targets.binary), wanted.brier);
  assert.equal(auc([1, 1, 1, 1], [0, 1, 0, 1]), 0.5);
  assert.ok(Number.isNaN(auc([1, 2], [1, 1])));
  assert.ok(Number.isFinite(logLoss([0, 1], [1, 0])));
});

test("measures of estimates are scikit-learn's, and weights count", () => {
  near(
    rmse(
      scores,
      z.map((value) => value / 16),
    ),
    wanted.rmse,
  );
  near(mae([1, 2, 3], [2, 2, 5]), 1);
  near(mae([1, 2, 3], [2, 2, 5], { weights: [1, 1, 3] }), 7 / 5);
});

test('how far a forecast is off is a share of what was: by row, of all together, and with its sign', () => {
  const [expected, actual] = [
    [12, 5, 3, 8],
    [10, 10, 0, 8],
  ];
  // Of a row of nothing there is no share.
  near(mape(expected, actual), (0.2 + 0.5 + 0) / 3);
  near(wape(expected, actual), 10 / 28);
  near(bias(expected, actual), 0);
  near(bias([12, 5, 3, 15], actual), 7 / 28);
  assert.ok(Number.isNaN(mape([1], [0])));
});

test("how well probabilities are calibrated is scikit-learn's curve, and the lift is what the first tenth has whatever the order of equal scores", () => {
  const { chances: own, outcomes, calibration_error, lift } = golden('calibration');
  near(calibrationError(own, outcomes), calibration_error);
  const tied = liftTopDecile(own, outcomes);
  assert.ok(Math.abs(tied - lift.tied) < 5 * lift.error, `${tied} and ${lift.tied}`);
  const untied = own.map((chance: number, row: number) => chance + row * 1e-9);
  near(liftTopDecile(untied, outcomes), lift.untied);
  near(judgedChances(own, outcomes)['lift_top_decile'] ?? 0, tied);
});

test('a row that weighs two counts as two rows, in calibration and lift', () => {
  const { chances: own, outcomes } = golden('calibration');
  const twice = (values: readonly number[]): readonly number[] =>
    values.flatMap((value, row) => (row % 3 === 0 ? [value, value] : [value]));
  const heavy = outcomes.map((_: number, row: number) => (row % 3 === 0 ? 2 : 1));
  for (const measure of [calibrationError, liftTopDecile])
    near(measure(own, outcomes, { weights: heavy }), measure(twice(own), twice(outcomes)));
  assert.ok(Number.isNaN(liftTopDecile([0.5, 0.6], [0, 0])));
});
