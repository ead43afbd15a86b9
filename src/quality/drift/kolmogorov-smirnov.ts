/** The two-sample test of Kolmogorov and Smirnov. */
export interface KolmogorovSmirnov {
  /** The largest distance of the two shares of values up to x, over all x: from 0 to 1. */
  readonly distance: number;
  /** How likely a distance at least as large is when both come from one distribution, as it is for many rows. */
  readonly probability: number;
}

/** Of values in rising order; NaN where one side has none. */
export function kolmogorovSmirnov(before: ArrayLike<number>, now: ArrayLike<number>): KolmogorovSmirnov {
  const [all, others] = [before.length, now.length];
  if (all === 0 || others === 0) return { distance: Number.NaN, probability: Number.NaN };
  let distance = 0;
  for (let one = 0, other = 0; one < all && other < others; ) {
    const value = Math.min(before[one] as number, now[other] as number);
    while (one < all && (before[one] as number) === value) one += 1;
    while (other < others && (now[other] as number) === value) other += 1;
    distance = Math.max(distance, Math.abs(one / all - other / others));
  }
  return { distance, probability: beyond(distance * Math.sqrt((all / (all + others)) * others)) };
}

/**
 * 1 − K(x) of Kolmogorov's distribution: 2 Σ (−1)^(k−1) exp(−2k²x²); for a small x the same by its other series, √(2π)/x Σ exp(−(2k−1)²π²/8x²),
 * which there needs a few terms only (Marsaglia, Tsang and Wang, 2003).
 */
function beyond(x: number): number {
  if (x < 1e-3) return 1;
  if (x < 1.18) {
    const term = Math.exp(-(Math.PI ** 2) / (8 * x * x));
    return 1 - (Math.sqrt(2 * Math.PI) / x) * (term + term ** 9 + term ** 25 + term ** 49);
  }
  const term = Math.exp(-2 * x * x);
  return 2 * (term - term ** 4 + term ** 9 - term ** 16);
}
