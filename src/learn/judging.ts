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

export const rmse = (estimates: ArrayLike<number>, values: ArrayLike<number>, { weights }: Weighted = {}): number =>
  Math.sqrt(mean(estimates.length, weights, (row) => ((estimates[row] as number) - (values[row] as number)) ** 2));

export const mae = (estimates: ArrayLike<number>, values: ArrayLike<number>, { weights }: Weighted = {}): number =>
  mean(estimates.length, weights, (row) => Math.abs((estimates[row] as number) - (values[row] as number)));

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
