import type { Loss, Targets } from './loss.ts';

/** Squared error. */
export function regression({ values, weights }: Targets): Loss {
  let sum = 0;
  let weight = 0;
  for (let row = 0; row < values.length; row += 1) {
    const own = weights?.[row] ?? 1;
    sum += (values[row] as number) * own;
    weight += own;
  }
  return {
    start: sum / weight,
    slopes(scores, into) {
      for (let row = 0; row < values.length; row += 1) {
        const own = weights?.[row] ?? 1;
        into[2 * row] = Math.fround((scores[row] as number) - (values[row] as number)) * own;
        into[2 * row + 1] = own;
      }
    },
  };
}
