import type { Table } from '../bins/table.ts';
import { lanes } from './kernels.ts';

/**
 * Sums of each bin of each feature that is asked, over the rows from `start` on: slope at 2n, curvature at 2n + 1. They stay in the table's space
 * until the next call.
 */
export function sumBins(
  { rows: all, features, groups, wide, space }: Table,
  { start, rows, asked }: { readonly start: number; readonly rows: number; readonly asked: Uint8Array },
): Float64Array {
  const { kernels, narrow, floats, pairs, sums } = space;
  const first = space.rows.byteOffset + 4 * start;
  const end = pairs.byteOffset + 16 * rows;
  sums.fill(0);
  if (rows === 0) return sums;
  kernels.gather(first, floats.byteOffset, pairs.byteOffset, end);
  for (let group = 0; group < groups.length; group += 1) {
    const { members, starts } = groups[group] as (typeof groups)[number];
    if (!members.some((number) => asked[number] === 1)) continue;
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = starts;
    kernels.sum(narrow.byteOffset + lanes * group * all, first, pairs.byteOffset, end, a, b, c, d, e, f, g, h);
  }
  for (const [number, bins] of wide) {
    if (asked[number] === 0) continue;
    const own = features[number]?.start ?? 0;
    for (let at = 0; at < rows; at += 1) {
      const bin = 2 * (own + (bins[space.rows[start + at] as number] as number));
      sums[bin] = (sums[bin] as number) + (pairs[2 * at] as number);
      sums[bin + 1] = (sums[bin + 1] as number) + (pairs[2 * at + 1] as number);
    }
  }
  return sums;
}

/** As LightGBM: the most frequent bin is what the others leave, unless it is the first, which nobody reads. */
export function restore(
  { features }: Table,
  sums: Float64Array,
  leaf: { readonly slope: number; readonly curve: number },
): void {
  for (const { start, count, frequent } of features) {
    if (frequent === 0) continue;
    let { slope, curve } = leaf;
    for (let bin = start; bin < start + count; bin += 1) {
      if (bin === start + frequent) continue;
      slope -= sums[2 * bin] as number;
      curve -= sums[2 * bin + 1] as number;
    }
    sums[2 * (start + frequent)] = slope;
    sums[2 * (start + frequent) + 1] = curve;
  }
}
