/** Of probabilities and outcomes (0 or 1), or of predictions and what came; NaN where there is nothing to measure. */
type Numbers = ArrayLike<number>;

/** Area under the ROC curve: how likely a row with outcome 1 has the greater probability than one with 0, equal ones counting half (Mann and Whitney, 1947). */
export function auc(predicted: Numbers, outcomes: Numbers): number {
  const order = Uint32Array.from(predicted, (_, row) => row).sort(
    (one, other) => (predicted[one] as number) - (predicted[other] as number),
  );
  let ones = 0;
  let ranks = 0;
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    const value = predicted[order[begin] as number];
    while (end < order.length && predicted[order[end] as number] === value) end += 1;
    for (let at = begin; at < end; at += 1) {
      if (outcomes[order[at] as number] !== 1) continue;
      ones += 1;
      ranks += (begin + end + 1) / 2;
    }
    begin = end;
  }
  return (ranks - (ones * (ones + 1)) / 2) / (ones * (order.length - ones));
}

/** Mean of −ln of the probability that the outcome was given, which is taken as at least the least step of a double. */
export const logLoss = (predicted: Numbers, outcomes: Numbers): number =>
  mean(predicted, outcomes, (probability, outcome) => {
    const given = outcome === 1 ? probability : 1 - probability;
    return -Math.log(Math.min(Math.max(given, Number.EPSILON), 1 - Number.EPSILON));
  });

/** Mean square of what the probability was off (Brier, 1950). */
export const brier = (predicted: Numbers, outcomes: Numbers): number =>
  mean(predicted, outcomes, (probability, outcome) => (probability - outcome) ** 2);

export const rmse = (predicted: Numbers, actual: Numbers): number =>
  Math.sqrt(mean(predicted, actual, (value, came) => (value - came) ** 2));
export const mae = (predicted: Numbers, actual: Numbers): number =>
  mean(predicted, actual, (value, came) => Math.abs(value - came));
/** 1 − sum of squares of what it was off ÷ sum of squares about the mean. */
export function r2(predicted: Numbers, actual: Numbers): number {
  const centre = mean(actual, actual, (value) => value);
  return (
    1 - mean(predicted, actual, (value, came) => (value - came) ** 2) / mean(actual, actual, (v) => (v - centre) ** 2)
  );
}

function mean(one: Numbers, other: Numbers, of: (one: number, other: number) => number): number {
  let sum = 0;
  for (let row = 0; row < one.length; row += 1) sum += of(one[row] as number, other[row] as number);
  return sum / one.length;
}
