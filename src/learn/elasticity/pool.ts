/** What several estimates of the same kind have in common. */
export interface Pool {
  readonly mean: number;
  /** Of the mean. */
  readonly standardError: number;
  /** How far the things themselves are spread about their mean, as a variance. */
  readonly between: number;
  readonly count: number;
}
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}

/**
 * Mean and spread of what was estimated, each estimate by how certain it is: the spread that makes Σ w (value − mean)², with w = 1 / (variance + spread), what
 * it is expected to be (Paule and Mandel, 1982, "Consensus values and weighting factors"); no spread where the estimates differ by less than chance. Nothing of
 * fewer than four: Stein's estimator needs them.
 */
export function poolOf(estimates: readonly Estimate[]): Pool | undefined {
  const count = estimates.length;
  if (count < leastEstimates) return undefined;
  const at = (between: number) => {
    let [weights, sum] = [0, 0];
    for (const { value, standardError } of estimates) {
      const weight = 1 / (standardError ** 2 + between);
      weights += weight;
      sum += weight * value;
    }
    const mean = sum / weights;
    let spread = 0;
    for (const { value, standardError } of estimates) spread += (value - mean) ** 2 / (standardError ** 2 + between);
    return { mean, standardError: 1 / Math.sqrt(weights), excess: spread - (count - 1) };
  };
  let [low, high] = [0, 0];
  if (at(0).excess > 0) {
    high = estimates.reduce((most, { standardError }) => Math.max(most, standardError ** 2), 1e-12);
    while (at(high).excess > 0) high *= 2;
    // The excess falls as the spread rises.
    for (let step = 0; step < 200 && high - low > 1e-15 * high; step += 1) {
      const middle = (low + high) / 2;
      if (at(middle).excess > 0) low = middle;
      else high = middle;
    }
  }
  const between = (low + high) / 2;
  const { mean, standardError } = at(between);
  return { mean, standardError, between, count };
}
const leastEstimates = 4;

/**
 * An estimate drawn towards the mean of all, the more the less certain it is: empirical Bayes, with Morris' corrections for what the pool itself does not know
 * (Morris, 1983, "Parametric empirical Bayes inference: theory and applications"; of unequal variances each by its own).
 */
export function pooled({ value, standardError }: Estimate, pool: Pool): Estimate {
  const { mean, count } = pool;
  const variance = standardError ** 2;
  const share = drawn(standardError, pool);
  const own = variance * (1 - ((count - 1) / count) * share);
  const ofPool = (2 / (count - 3)) * share ** 2 * (value - mean) ** 2;
  return { value: value + share * (mean - value), standardError: Math.sqrt(own + ofPool) };
}

/** By how much of the way an estimate is drawn towards the mean. */
export const drawn = (standardError: number, { between, count }: Pool): number =>
  ((count - 3) / (count - 1)) * (standardError ** 2 / (standardError ** 2 + between));

/** Of a thing that nothing is known of but that it is one of these. */
export const unseen = ({ mean, standardError, between, count }: Pool): Estimate => ({
  value: mean,
  standardError: Math.sqrt((between * (count - 1)) / (count - 3) + standardError ** 2),
});
