import type { Loss, Targets } from './loss.ts';

const least = 1e-15;

/** Log loss of two outcomes; above 0 is the one that a probability is of. */
export function binary({ values, weights }: Targets): Loss {
  let ones = 0;
  let all = 0;
  for (let row = 0; row < values.length; row += 1) {
    const own = weights?.[row] ?? 1;
    if ((values[row] as number) > 0) ones += own;
    all += own;
  }
  const share = Math.max(least, Math.min(1 - least, ones / all));
  return {
    start: Math.log(share / (1 - share)),
    slopes(scores, into) {
      for (let row = 0; row < values.length; row += 1) {
        const own = weights?.[row] ?? 1;
        const side = (values[row] as number) > 0 ? 1 : -1;
        const slope = -side / (1 + Math.exp(side * (scores[row] as number)));
        const size = Math.abs(slope);
        into[2 * row] = slope * own;
        into[2 * row + 1] = size * (1 - size) * own;
      }
    },
  };
}
