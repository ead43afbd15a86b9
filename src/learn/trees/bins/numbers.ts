import { type Distinct, greedyBounds, isSame } from './bounds.ts';
import { type Binning, mostFrequent } from './feature.ts';

/** What LightGBM counts as zero. */
const zero = Math.fround(1e-35);

/** LightGBM's bins of a numeric feature: zero has one of its own, and so has what is missing, the last. */
export function numberBins(
  sample: Float64Array,
  {
    bins,
    rowsInBin,
    sort,
  }: { readonly bins: number; readonly rowsInBin: number; readonly sort: (values: Float64Array) => Float64Array },
): Binning {
  const { values: others, zeros } = besideZero(sample);
  const missing = sample.length - others.length - zeros;
  const distinct = distinctOf(sort(others), zeros);
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
    ...mostFrequent(counts, { rows: sample.length, ofZero: finder(bounds, missing > 0)(0) }),
    counts,
    info: `[${values[0] ?? 0}:${values.at(-1) ?? 0}]`,
  };
}

/** Zeros, which many columns are full of, are counted and need no place in the order. */
function besideZero(sample: Float64Array): { readonly values: Float64Array; readonly zeros: number } {
  const values = new Float64Array(sample.length);
  let [found, zeros] = [0, 0];
  for (let at = 0; at < sample.length; at += 1) {
    const value = sample[at] as number;
    if (Number.isNaN(value)) continue;
    if (Math.abs(value) <= zero) zeros += 1;
    else {
      values[found] = value;
      found += 1;
    }
  }
  return { values: values.subarray(0, found), zeros };
}

function distinctOf(sorted: Float64Array, zeros: number): Distinct {
  const values = new Float64Array(sorted.length + 1);
  const counts = new Int32Array(sorted.length + 1);
  let found = -1;
  let left = zeros;
  for (let at = 0; at < sorted.length; at += 1) {
    const value = sorted[at] as number;
    if (value > 0 && left > 0) {
      found += 1;
      counts[found] = left;
      left = 0;
    }
    const last = values[found] as number;
    if (found < 0 || !(last === value || isSame(last, value))) found += 1;
    // Of values that count as one the greatest stands for them.
    values[found] = value;
    counts[found] = (counts[found] as number) + 1;
  }
  if (left > 0) {
    found += 1;
    counts[found] = left;
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
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] as number;
    while (value > (bounds[bin] as number) && bin < bounds.length - 1) bin += 1;
    found[bin] = (found[bin] as number) + (counts[at] as number);
  }
  return found;
}

/** The bin of a value, of at most 256; without a bin for what is missing it counts as 0. */
export function finder(bounds: ArrayLike<number>, hasMissing: boolean): (value: number) => number {
  const last = bounds.length - (hasMissing ? 2 : 1);
  // Bounds below the value are counted by halving, without a branch that the processor would have to guess.
  const ends = new Float64Array(256).fill(Number.POSITIVE_INFINITY);
  for (let bin = 0; bin < last; bin += 1) ends[bin] = bounds[bin] as number;
  const count = (value: number): number => {
    let at = +(value > (ends[127] as number)) << 7;
    at += +(value > (ends[at + 63] as number)) << 6;
    at += +(value > (ends[at + 31] as number)) << 5;
    at += +(value > (ends[at + 15] as number)) << 4;
    at += +(value > (ends[at + 7] as number)) << 3;
    at += +(value > (ends[at + 3] as number)) << 2;
    at += +(value > (ends[at + 1] as number)) << 1;
    return at + +(value > (ends[at] as number));
  };
  const ofMissing = hasMissing ? bounds.length - 1 : count(0);
  return (value) => (Number.isNaN(value) ? ofMissing : count(value));
}
