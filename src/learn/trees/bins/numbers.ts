import { type Distinct, greedyBounds, isSame } from './bounds.ts';
import { type Binning, mostFrequent } from './feature.ts';

/** What LightGBM counts as zero. */
const zero = Math.fround(1e-35);

/** LightGBM's bins of a numeric feature: zero has one of its own, and so has what is missing, the last. */
export function numberBins(
  sample: Float64Array,
  { bins, rowsInBin }: { readonly bins: number; readonly rowsInBin: number },
): Binning {
  const there = sample.filter((value) => !Number.isNaN(value)).sort();
  const missing = sample.length - there.length;
  const distinct = distinctOf(there);
  const bounds = boundsOf(distinct, bins - (missing > 0 ? 1 : 0), rowsInBin);
  const counts = countsOf(distinct, bounds);
  if (missing > 0) {
    bounds.push(Number.NaN);
    counts.push(missing);
  }
  const values = distinct.values;
  return {
    kind: 'number',
    count: bounds.length,
    bounds: Float64Array.from(bounds),
    categories: new Int32Array(0),
    hasMissing: missing > 0,
    ...mostFrequent(counts, { rows: sample.length, ofZero: binOf(bounds, missing > 0, 0) }),
    counts,
    info: `[${values[0] ?? 0}:${values.at(-1) ?? 0}]`,
  };
}

function distinctOf(sorted: Float64Array): Distinct {
  const values = new Float64Array(sorted.length || 1);
  const counts = new Int32Array(sorted.length || 1);
  let found = -1;
  for (const raw of sorted) {
    const value = Math.abs(raw) <= zero ? 0 : raw;
    const last = values[found] as number;
    if (found < 0 || !(last === value || isSame(last, value))) found += 1;
    // Of values that count as one the greatest stands for them.
    values[found] = value;
    counts[found] = (counts[found] as number) + 1;
  }
  const length = Math.max(1, found + 1);
  return { values: values.subarray(0, length), counts: counts.subarray(0, length) };
}

function boundsOf(distinct: Distinct, bins: number, rowsInBin: number): number[] {
  const { values, counts } = distinct;
  const rowsOf = (start: number, end: number): number =>
    counts.subarray(start, end).reduce((sum, count) => sum + count, 0);
  const firstAbove = (limit: number): number => {
    const at = values.findIndex((value) => value > limit);
    return at < 0 ? values.length : at;
  };
  const end = firstAbove(-zero);
  const start = firstAbove(zero);
  const [below, above] = [rowsOf(0, end), rowsOf(start, values.length)];
  const lower: number[] = [];
  if (end > 0 && bins > 1) {
    const share = Math.max(1, Math.floor((below / (below + above)) * (bins - 1)));
    lower.push(...greedyBounds(distinct, { start: 0, end, bins: share, rows: below, rowsInBin }));
    lower[lower.length - 1] = -zero;
  }
  const left = bins - 1 - lower.length;
  if (start >= values.length || left <= 0) return [...lower, Number.POSITIVE_INFINITY];
  return [...lower, zero, ...greedyBounds(distinct, { start, end: values.length, bins: left, rows: above, rowsInBin })];
}

function countsOf({ values, counts }: Distinct, bounds: readonly number[]): number[] {
  const found = new Array<number>(bounds.length).fill(0);
  let bin = 0;
  for (const [at, value] of values.entries()) {
    while (value > (bounds[bin] as number) && bin < bounds.length - 1) bin += 1;
    found[bin] = (found[bin] as number) + (counts[at] as number);
  }
  return found;
}

/** The bin of a value; without a bin for what is missing it counts as 0. */
export function binOf(bounds: ArrayLike<number>, hasMissing: boolean, given: number): number {
  let value = given;
  if (Number.isNaN(value)) {
    if (hasMissing) return bounds.length - 1;
    value = 0;
  }
  let low = 0;
  let high = bounds.length - (hasMissing ? 2 : 1);
  while (low < high) {
    const middle = (low + high - 1) >> 1;
    if (value <= (bounds[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
