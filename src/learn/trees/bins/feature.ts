/** How the values of one feature become bins, and what was seen when that was decided. */
export interface Binning {
  readonly kind: 'number' | 'category';
  readonly count: number;
  /** Of numbers: the upper end of each bin, NaN for that of missing values. */
  readonly bounds: Float64Array;
  /** Of categories: which one each bin holds; −1 for all that are missing, unknown or too rare, which is bin 0. */
  readonly categories: Int32Array;
  /** A bin of its own for what is missing. */
  readonly hasMissing: boolean;
  /** Its sums are what the others leave of the leaf's. */
  readonly frequent: number;
  /** Rows of each bin. */
  readonly counts: readonly number[];
  /** As model.txt describes a feature. */
  readonly info: string;
}

/** A bin that has fewer than these of all rows is not worth being told from that of zero. */
const sparse = 0.7;

/** LightGBM's most frequent bin: that of zero, unless another has nearly all rows. */
export function mostFrequent(
  counts: readonly number[],
  { rows, ofZero }: { readonly rows: number; readonly ofZero: number },
): { readonly frequent: number } {
  let most = 0;
  for (const [bin, count] of counts.entries()) if (count > (counts[most] as number)) most = bin;
  return { frequent: most !== ofZero && (counts[most] as number) / rows < sparse ? ofZero : most };
}

/** No way to divide the rows leaves enough of them on both sides: LightGBM leaves such a feature out. */
export function isUseless({ kind, count, counts }: Binning, rows: number, rowsInLeaf: number): boolean {
  if (count <= 1) return true;
  if (kind === 'category' && count > 2) return false;
  const fits = (left: number): boolean => left >= rowsInLeaf && rows - left >= rowsInLeaf;
  let left = 0;
  return !counts.slice(0, -1).some((of) => {
    left = kind === 'number' ? left + of : of;
    return fits(left);
  });
}
