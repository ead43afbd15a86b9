/** How a figure goes with time: its change by one unit of time, and between what bounds that is, 19 times of 20. */
export interface Trend {
  readonly slope: number;
  readonly low: number;
  readonly high: number;
}
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** Fewer points say nothing of a trend. */
export const leastPoints = 8;

/**
 * The line of least squares through points in the order of time. `together`: each may say in part what so many before it said (figures of seven days of
 * which six are the same), and the bounds are wider for it (Newey and West, 1987). Nothing where there are too few points, or all of one time.
 */
export function trendOf(points: readonly Point[], together = 0): Trend | undefined {
  const { length } = points;
  if (length < leastPoints) return undefined;
  const mean = (of: (point: Point) => number): number => points.reduce((sum, one) => sum + of(one), 0) / length;
  const [middle, level] = [mean(({ at }) => at), mean(({ value }) => value)];
  const spread = points.reduce((sum, { at }) => sum + (at - middle) ** 2, 0);
  if (spread === 0) return undefined;
  const slope = points.reduce((sum, { at, value }) => sum + (at - middle) * (value - level), 0) / spread;
  const pulls = points.map(({ at, value }) => (at - middle) * (value - level - slope * (at - middle)));
  const lags = Math.min(together, Math.floor(length / 4));
  let variance = pulls.reduce((sum, pull) => sum + pull ** 2, 0);
  for (let lag = 1; lag <= lags; lag += 1) {
    const weight = 1 - lag / (lags + 1);
    for (const [place, pull] of pulls.slice(lag).entries()) variance += 2 * weight * pull * (pulls[place] ?? 0);
  }
  const error = Math.sqrt((Math.max(0, variance) * length) / (length - 2)) / spread;
  const wide = quantile(length - 2) * error;
  return { slope, low: slope - wide, high: slope + wide };
}

/** Of Student's distribution, 0.975, to a hundredth from six degrees of freedom on. */
const quantile = (degrees: number): number => 1.96 + 2.37 / degrees + 2.82 / degrees ** 2 + 2.56 / degrees ** 3;
