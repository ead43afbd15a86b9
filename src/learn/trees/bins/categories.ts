import { type Binning, mostFrequent } from './feature.ts';

/** LightGBM's bins of a category: the most frequent first, until 99 % of the rows are in one; the rest goes into bin 0, with what is missing. */
export function categoryBins(
  sample: Float64Array,
  { bins, rowsInBin }: { readonly bins: number; readonly rowsInBin: number },
): Binning {
  const rowsOf = new Map<number, number>();
  let missing = 0;
  for (const value of sample) {
    const category = Math.trunc(value);
    if (!(category >= 0 && category < 2 ** 31)) missing += 1;
    // Plus 0: −0 and 0 are one category.
    else rowsOf.set(category + 0, (rowsOf.get(category + 0) ?? 0) + 1);
  }
  const order = [...rowsOf].sort(([one, rows], [other, more]) => more - rows || one - other);
  const known = sample.length - missing;
  // In floats, as C++ does: the share decides which of the rare ones are still taken.
  const enough = Math.trunc(Math.fround(Math.fround(known) * Math.fround(0.99)) + 0.5);
  const most = Math.min(order.length + (missing > 0 ? 1 : 0), bins);
  const categories = [-1];
  const counts = [0];
  let used = 0;
  for (const [index, [category, rows]] of order.entries()) {
    if ((used >= enough && categories.length >= most) || (rows < rowsInBin && index > 1)) break;
    categories.push(category);
    counts.push(rows);
    used += rows;
  }
  counts[0] = sample.length - used;
  return {
    kind: 'category',
    count: known > 0 ? categories.length : 1,
    bounds: new Float64Array(0),
    categories: Int32Array.from(categories),
    hasMissing: missing > 0 || categories.length - 1 < order.length,
    ...mostFrequent(counts, { rows: sample.length, ofZero: Math.max(0, categories.indexOf(0)) }),
    counts,
    info: categories.join(':'),
  };
}
