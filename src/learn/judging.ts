/** How well probabilities and estimates meet what was; `weights`: what each row counts, default 1. */
interface Weighted {
  readonly weights?: ArrayLike<number> | undefined;
}

/** Area under the ROC curve: how likely a 1 is above a 0, equal scores counting half. NaN when there is only one outcome. */
export function auc(scores: ArrayLike<number>, outcomes: ArrayLike<number>, { weights }: Weighted = {}): number {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((one, other) => (scores[one] as number) - (scores[other] as number));
  let below = 0;
  let ones = 0;
  let area = 0;
  for (let at = 0; at < order.length; ) {
    let [zerosHere, onesHere] = [0, 0];
    const score = scores[order[at] as number];
    for (; at < order.length && scores[order[at] as number] === score; at += 1) {
      const row = order[at] as number;
      const weight = weights?.[row] ?? 1;
      if ((outcomes[row] as number) > 0) onesHere += weight;
      else zerosHere += weight;
    }
    area += onesHere * (below + zerosHere / 2);
    below += zerosHere;
    ones += onesHere;
  }
  return area / (ones * below);
}

/** Probabilities are kept as far from 0 and 1 as scikit-learn keeps them. */
export const logLoss = (chances: ArrayLike<number>, outcomes: ArrayLike<number>, { weights }: Weighted = {}): number =>
  mean(chances.length, weights, (row) => {
    const chance = Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, chances[row] as number));
    return -Math.log((outcomes[row] as number) > 0 ? chance : 1 - chance);
  });

export const brier = (chances: ArrayLike<number>, outcomes: ArrayLike<number>, { weights }: Weighted = {}): number =>
  mean(chances.length, weights, (row) => ((chances[row] as number) - ((outcomes[row] as number) > 0 ? 1 : 0)) ** 2);

/** Equal in width; a probability on an edge is in the lower one, as scikit-learn's `calibration_curve` has it. */
const bins = 10;
const edges = Array.from({ length: bins - 1 }, (_, edge) => (edge + 1) * (1 / bins));

/**
 * How far probabilities are from how often it happens: over ten bins of probabilities the mean of |mean probability − share of ones|, each bin by its rows
 * (the expected calibration error of Naeini and others, 2015, "Obtaining well calibrated probabilities using Bayesian binning").
 */
export function calibrationError(
  chances: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  { weights }: Weighted = {},
): number {
  const off = new Float64Array(bins);
  let all = 0;
  for (let row = 0; row < chances.length; row += 1) {
    const chance = chances[row] as number;
    const above = edges.findIndex((edge) => chance <= edge);
    const bin = above < 0 ? bins - 1 : above;
    const weight = weights?.[row] ?? 1;
    off[bin] = (off[bin] as number) + weight * (chance - ((outcomes[row] as number) > 0 ? 1 : 0));
    all += weight;
  }
  return off.reduce((sum, one) => sum + Math.abs(one), 0) / all;
}

/**
 * Share of ones in the tenth of the rows with the highest scores ÷ their share in all (Ling and Li, 1998, "Data mining for direct marketing"). Of equal scores
 * that the tenth has in part, each row counts as much as the others: their order is chance. NaN where there is no one.
 */
export function liftTopDecile(
  scores: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  { weights }: Weighted = {},
): number {
  const order = Int32Array.from({ length: scores.length }, (_, row) => row);
  order.sort((one, other) => (scores[other] as number) - (scores[one] as number));
  const weightOf = (row: number): number => weights?.[row] ?? 1;
  const isOne = (row: number): boolean => (outcomes[row] as number) > 0;
  let [all, ones] = [0, 0];
  for (const row of order) {
    all += weightOf(row);
    if (isOne(row)) ones += weightOf(row);
  }
  const tenth = all / 10;
  let [taken, found] = [0, 0];
  for (let at = 0; at < order.length && taken < tenth; ) {
    const score = scores[order[at] as number];
    let [here, onesHere] = [0, 0];
    for (; at < order.length && scores[order[at] as number] === score; at += 1) {
      const row = order[at] as number;
      here += weightOf(row);
      if (isOne(row)) onesHere += weightOf(row);
    }
    found += onesHere * Math.min(1, (tenth - taken) / here);
    taken += here;
  }
  return found / tenth / (ones / all);
}

/** All that is known of probabilities beside what came of them, by name. */
export const judgedChances = (
  chances: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  weighted: Weighted = {},
): Readonly<Record<string, number>> => ({
  auc: auc(chances, outcomes, weighted),
  log_loss: logLoss(chances, outcomes, weighted),
  brier: brier(chances, outcomes, weighted),
  calibration_error: calibrationError(chances, outcomes, weighted),
  lift_top_decile: liftTopDecile(chances, outcomes, weighted),
});

export const rmse = (estimates: ArrayLike<number>, values: ArrayLike<number>, { weights }: Weighted = {}): number =>
  Math.sqrt(mean(estimates.length, weights, (row) => ((estimates[row] as number) - (values[row] as number)) ** 2));

export const mae = (estimates: ArrayLike<number>, values: ArrayLike<number>, { weights }: Weighted = {}): number =>
  mean(estimates.length, weights, (row) => Math.abs((estimates[row] as number) - (values[row] as number)));

/** Mean of |estimate − value| ÷ value, of those that are above 0; NaN of none. */
export function mape(estimates: ArrayLike<number>, values: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (!(value > 0)) continue;
    sum += Math.abs((estimates[row] as number) - value) / value;
    count += 1;
  }
  return sum / count;
}
/** Σ |estimate − value| ÷ Σ value. */
export const wape = (estimates: ArrayLike<number>, values: ArrayLike<number>): number =>
  mae(estimates, values) / mean(values.length, undefined, (row) => values[row] as number);
/** Σ (estimate − value) ÷ Σ value: above 0 where too much is expected. */
export const bias = (estimates: ArrayLike<number>, values: ArrayLike<number>): number =>
  mean(values.length, undefined, (row) => (estimates[row] as number) - (values[row] as number)) /
  mean(values.length, undefined, (row) => values[row] as number);

/** 1 − what is left ÷ what is about the mean, as sums of squares. */
export function r2(estimates: ArrayLike<number>, values: ArrayLike<number>): number {
  const centre = mean(values.length, undefined, (row) => values[row] as number);
  const about = mean(values.length, undefined, (row) => ((values[row] as number) - centre) ** 2);
  return 1 - rmse(estimates, values) ** 2 / about;
}

function mean(rows: number, weights: ArrayLike<number> | undefined, of: (row: number) => number): number {
  let sum = 0;
  let all = 0;
  for (let row = 0; row < rows; row += 1) {
    const weight = weights?.[row] ?? 1;
    sum += weight * of(row);
    all += weight;
  }
  return sum / all;
}
