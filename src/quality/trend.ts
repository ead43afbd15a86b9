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
 * The line of least squares through points in the order of time. `together`: each may say in part what those of so much time before it said (figures of
 * seven days of which six are the same), and the bounds are wider for it (Newey and West, 1987). Nothing where there are too few points, or all of one time.
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
  const times = points.map(({ at }) => at);
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const reach = Math.min(together, Math.floor((span + 1) / 4));
  let variance = pulls.reduce((sum, pull) => sum + pull ** 2, 0);
  for (const [later, pull] of pulls.entries())
    for (let place = later - 1; place >= 0 && reach > 0; place -= 1) {
      const apart = (times[later] ?? 0) - (times[place] ?? 0);
      if (apart > reach) break;
      variance += 2 * (1 - apart / (reach + 1)) * pull * (pulls[place] ?? 0);
    }
  const error = Math.sqrt((Math.max(0, variance) * length) / (length - 2)) / spread;
  const wide = quantile(length - 2) * error;
  return { slope, low: slope - wide, high: slope + wide };
}

/** Of Student's distribution, 0.975, to a hundredth from six degrees of freedom on. */
const quantile = (degrees: number): number => 1.96 + 2.37 / degrees + 2.82 / degrees ** 2 + 2.56 / degrees ** 3;
