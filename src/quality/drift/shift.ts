import type { Vector } from '../../columns/index.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { profileOf, profilePsi, wordsOf } from './profile.ts';
import { counted, deciles, filledPsi, psi, sturgesPsi } from './psi.ts';

type Numbers = Extract<Vector, { readonly of: 'numbers' }>;
type Words = Exclude<Vector, Numbers>;

/** How far the values of one column are from those of other rows. */
export interface Shift {
  /** By `psi` and `sturges` the index, by `ks` the distance; NaN where one side has no row. */
  readonly value: number;
  /** By `ks`: how likely a distance at least as large is by chance. */
  readonly probability?: number;
  /** Of numbers: the middle one of the values that are there, on each side. */
  readonly medians?: readonly [before: number, now: number];
}

/**
 * Of all values, exactly: `psi` over the deciles of the rows before, or their words (what is missing is a bin of its own); `sturges` as Evidently has PSI;
 * `ks`, of numbers, as scipy's `ks_2samp`. `isNow` is 1 for rows of the side that is judged.
 */
export function shiftOf(column: Vector, isNow: Uint8Array, by: 'psi' | 'sturges' | 'ks'): Shift {
  if (column.of !== 'numbers') return { value: ofWords(side(column, isNow, 0), side(column, isNow, 1), by) };
  const [before, now] = sides(column, isNow);
  const medians = [middle(before), middle(now)] as const;
  if (by === 'sturges') return { value: sturgesPsi(before, now), medians };
  if (by === 'ks') {
    const { distance, probability } = kolmogorovSmirnov(before, now);
    return { value: distance, probability, medians };
  }
  const rowsNow = isNow.reduce((sum, flag) => sum + flag, 0);
  const edges = deciles(before);
  const bins = (values: Float64Array, rows: number): readonly number[] => [
    ...counted(values, edges),
    rows - values.length,
  ];
  return { value: psi(bins(before, isNow.length - rowsNow), bins(now, rowsNow)), medians };
}

/** The values of both sides that are there, in rising order. */
function sides({ values, valid }: Numbers, isNow: Uint8Array): readonly [Float64Array, Float64Array] {
  const [before, now] = [new Float64Array(values.length), new Float64Array(values.length)];
  let [one, other] = [0, 0];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (valid?.[row] === 0 || Number.isNaN(value)) continue;
    if (isNow[row] === 1) {
      now[other] = value;
      other += 1;
    } else {
      before[one] = value;
      one += 1;
    }
  }
  return [before.subarray(0, one).sort(), now.subarray(0, other).sort()];
}
const middle = (sorted: Float64Array): number => sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;

/** Rows of one side alone. */
function side(column: Words, isNow: Uint8Array, which: 0 | 1): Words {
  const isThere = (_: unknown, row: number): boolean => isNow[row] === which;
  if (column.of === 'texts') return { ...column, codes: column.codes.filter(isThere) };
  const { values, valid } = column;
  return { of: 'booleans', values: values.filter(isThere), ...(valid ? { valid: valid.filter(isThere) } : {}) };
}

function ofWords(before: Words, now: Words, by: string): number {
  const [one, other] = [wordsOf(before), wordsOf(now)];
  if (by === 'psi') return profilePsi(profileOf(before), other);
  const words = [...one.words.keys(), ...[...other.words.keys()].filter((word) => !one.words.has(word))];
  if (one.words.size === 0 || other.words.size === 0) return Number.NaN;
  const counts = ({ words: of }: typeof one): readonly number[] => words.map((word) => of.get(word) ?? 0);
  return filledPsi(counts(one), counts(other));
}
