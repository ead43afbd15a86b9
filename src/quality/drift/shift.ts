import type { Vector } from '../../columns/index.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { profileOf, profilePsi, wordsOf } from './profile.ts';
import { counted, countedIn, deciles, filledPsi, psi, sturgesPsi } from './psi.ts';
import { rising } from './rising.ts';
import { scratch } from './scratch.ts';

type Numbers = Extract<Vector, { readonly of: 'numbers' }>;
type Words = Exclude<Vector, Numbers>;

/** How far the values of one column are from those of other rows. */
export interface Shift {
  /** By `psi` and `sturges` the index, by `ks` the distance; NaN where one side has no row. */
  readonly value: number;
  /** By `ks`: how likely a distance at least as large is by chance. */
  readonly probability?: () => number;
  /** Of numbers: the middle one of the values that are there, on each side; found when it is asked for. */
  readonly middles?: () => readonly [before: number, now: number];
}

/**
 * Of all values, exactly: `psi` over the deciles of the rows before, or their words (what is missing is a bin of its own); `sturges` as Evidently has PSI;
 * `ks`, of numbers, as scipy's `ks_2samp`. `isNow` is 1 for rows of the side that is judged.
 */
export function shiftOf(column: Vector, isNow: Uint8Array, by: 'psi' | 'sturges' | 'ks'): Shift {
  if (column.of !== 'numbers') return { value: ofWords(side(column, isNow, 0), side(column, isNow, 1), by) };
  const { before, now, missing } = sides(column, isNow);
  const middles = () => {
    const again = sides(column, isNow);
    return [middle(rising(again.before)), middle(rising(again.now))] as const;
  };
  if (by === 'sturges') return { value: sturgesPsi(before, now), middles };
  rising(before);
  if (by === 'ks') {
    const { distance, probability } = kolmogorovSmirnov(before, rising(now));
    return { value: distance, probability, middles };
  }
  const edges = deciles(before);
  const value = psi([...counted(before, edges), missing[0]], [...countedIn(now, edges), missing[1]]);
  return { value, middles };
}

const roomFor = scratch();
/** Until the next are asked for. */
interface Sides {
  /** Values that are there, in no order. */
  readonly before: Float64Array;
  readonly now: Float64Array;
  readonly missing: readonly [before: number, now: number];
}
function sides({ values, valid }: Numbers, isNow: Uint8Array): Sides {
  const { length } = values;
  // Of one from the front, of the other from the end.
  const all = roomFor(length);
  let [one, other, missing, missingNow] = [0, length, 0, 0];
  for (let row = 0; row < length; row += 1) {
    const value = values[row] as number;
    const isThere = valid?.[row] !== 0 && !Number.isNaN(value);
    if (isNow[row] === 1) {
      if (!isThere) missingNow += 1;
      else {
        other -= 1;
        all[other] = value;
      }
    } else if (isThere) {
      all[one] = value;
      one += 1;
    } else missing += 1;
  }
  return { before: all.subarray(0, one), now: all.subarray(other), missing: [missing, missingNow] };
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
