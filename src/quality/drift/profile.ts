import type { Vector } from '../../columns/index.ts';
import { counted, deciles, percentiles, psi } from './psi.ts';
import { rising } from './rising.ts';

export interface Bins {
  /** Rising; a value that equals one is in the bin above it. */
  readonly edges: readonly number[];
  /** Rows of each bin, one more than there are edges. */
  readonly counts: readonly number[];
}
/** How the values of one column are spread, in so few numbers that they are kept with whatever was made of them. */
export type Profile =
  | { readonly of: 'numbers'; readonly missing: number; readonly deciles: Bins; readonly percentiles: Bins }
  /** Texts, or `true` and `false`; `rest`: rows of words that are too many to be named. */
  | {
      readonly of: 'words';
      readonly missing: number;
      readonly rest: number;
      readonly words: Readonly<Record<string, number>>;
    };
/** Rows of another time in the bins, or by the words, of a profile. */
export type Spread = Pick<Profile, 'missing'> &
  ({ readonly counts: readonly number[] } | { readonly words: ReadonlyMap<string, number> });

/** Words that are named, the most frequent of them. */
const named = 100;

export const profilesOf = (columns: Readonly<Record<string, Vector>>): Readonly<Record<string, Profile>> =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, profileOf(column)]));

export function profileOf(column: Vector): Profile {
  if (column.of === 'numbers') {
    const { values } = column;
    const there = rising(thereIn(column));
    const bins = (edges: Float64Array): Bins => ({ edges: [...edges], counts: [...counted(there, edges)] });
    const missing = values.length - there.length;
    return { of: 'numbers', missing, deciles: bins(deciles(there)), percentiles: bins(percentiles(there)) };
  }
  const counts = wordsOf(column);
  const all = [...counts.words].toSorted(([, one], [, other]) => other - one);
  const rest = all.slice(named).reduce((sum, [, rows]) => sum + rows, 0);
  return { of: 'words', missing: counts.missing, rest, words: Object.fromEntries(all.slice(0, named)) };
}

/** `filter` would make an object of each, of tens of millions gigabytes. */
function thereIn({ values, valid }: Extract<Vector, { readonly of: 'numbers' }>): Float64Array {
  const there = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    if (valid?.[row] === 0 || Number.isNaN(value)) continue;
    there[count] = value;
    count += 1;
  }
  return there.subarray(0, count);
}

interface Counts {
  readonly missing: number;
  readonly words: ReadonlyMap<string, number>;
}
/** How often each text, or `true` and `false`, is there. */
export const wordsOf = (column: Exclude<Vector, { readonly of: 'numbers' }>): Counts =>
  column.of === 'texts' ? ofTexts(column) : ofBooleans(column);

function ofTexts({ codes, words }: Extract<Vector, { readonly of: 'texts' }>): Counts {
  const rows = new Float64Array(words.length);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing += 1;
    else rows[code] = (rows[code] as number) + 1;
  }
  const found = words.map((word, code) => [word, rows[code] as number] as const);
  return { missing, words: new Map(found.filter(([, count]) => count > 0)) };
}
function ofBooleans({ values, valid }: Extract<Vector, { readonly of: 'booleans' }>): Counts {
  const rows = { missing: 0, true: 0, false: 0 };
  for (const [row, value] of values.entries())
    rows[valid?.[row] === 0 ? 'missing' : value === 1 ? 'true' : 'false'] += 1;
  const words = Object.entries(rows).filter(([name, count]) => name !== 'missing' && count > 0);
  return { missing: rows.missing, words: new Map(words) };
}

/** PSI over the deciles, or the words, of the profile; what is missing is a bin of its own where either side has some. */
export function profilePsi(profile: Profile, now: Spread): number {
  const missing = profile.missing + now.missing > 0;
  const bins = (counts: readonly number[], none: number): readonly number[] => (missing ? [...counts, none] : counts);
  if (profile.of === 'numbers') {
    const counts = 'counts' in now ? now.counts : [];
    return psi(bins(profile.deciles.counts, profile.missing), bins(counts, now.missing));
  }
  const names = Object.keys(profile.words);
  const words = 'words' in now ? now.words : new Map<string, number>();
  const known = names.map((name) => words.get(name) ?? 0);
  const rest = [...words.values()].reduce((sum, rows) => sum + rows, 0) - known.reduce((sum, rows) => sum + rows, 0);
  const before = names.map((name) => profile.words[name] as number);
  const isOther = profile.rest + rest > 0;
  return psi(
    bins(isOther ? [...before, profile.rest] : before, profile.missing),
    bins(isOther ? [...known, rest] : known, now.missing),
  );
}

/**
 * The distance of Kolmogorov and Smirnov at the percentiles of the profile: never above the true one, and below it by less than the largest bin's
 * share, a hundredth where values do not repeat. NaN where one side has no value.
 */
export function profileDistance({ counts: before }: Bins, now: readonly number[]): number {
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const [all, others] = [sum(before), sum(now)];
  if (all === 0 || others === 0) return Number.NaN;
  let [one, other, distance] = [0, 0, 0];
  for (const [bin, count] of before.entries()) {
    one += count;
    other += now[bin] ?? 0;
    distance = Math.max(distance, Math.abs(one / all - other / others));
  }
  return distance;
}
