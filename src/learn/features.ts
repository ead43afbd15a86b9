import type { Vector as FeatureColumn } from '../columns/index.ts';
import type { Matrix } from './matrix.ts';

/** One column of training rows. */
export type { Sums, Vector as FeatureColumn } from '../columns/index.ts';

/** What stands for a missing value: a number, the mean or the median of the training rows, or nothing: the row is left out. */
export type Missing = number | 'mean' | 'median' | 'leave out';

/** How a feature becomes numbers; travels with the model, so that later rows become the same. */
export type Encoded =
  | { readonly name: string; readonly as: 'number'; readonly missing?: number }
  | { readonly name: string; readonly as: 'boolean'; readonly missing?: number }
  /** One column for each word, 1 where it is that word; none of them for a word that the training rows did not have. */
  | { readonly name: string; readonly as: 'words'; readonly words: readonly string[] };
export interface Encoding {
  readonly features: readonly Encoded[];
}

export interface Wanted {
  readonly name: string;
  readonly column: FeatureColumn;
  /** Absent: there is none, or `encode` says so. A missing text is none of the words, unless its row is left out. */
  readonly missing?: Missing;
}
interface Options {
  /** A word's column is determined by those of all the others, and a regression with an intercept cannot have them all: the first is left out. */
  readonly withoutFirst?: boolean;
}

/** Learns from training rows how features become numbers. Throws RangeError for a feature that has no value at all. */
export function encodingOf(wanted: readonly Wanted[], { withoutFirst = false }: Options = {}): Encoding {
  const features = wanted.map(({ name, column, missing }): Encoded => {
    if (column.of === 'texts') {
      const present = new Set(column.codes);
      const words = column.words.filter((_, code) => present.has(code)).toSorted(byCodePoint);
      if (words.length === 0) throw new RangeError(`${name} has no value`);
      return { name, as: 'words', words: words.slice(withoutFirst ? 1 : 0) };
    }
    const as = column.of === 'numbers' ? 'number' : 'boolean';
    if (missing === undefined || missing === 'leave out') return { name, as };
    return { name, as, missing: typeof missing === 'number' ? missing : middle(name, column, missing) };
  });
  return { features };
}
const byCodePoint = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

type Numeric = Exclude<FeatureColumn, { readonly of: 'texts' }>;
const isThere = ({ valid }: Numeric, row: number): boolean => valid === undefined || valid[row] === 1;

function middle(name: string, column: Numeric, by: 'mean' | 'median'): number {
  const there = Float64Array.from(column.values).filter((_, row) => isThere(column, row));
  if (there.length === 0) throw new RangeError(`${name} has no value`);
  if (by === 'mean') return there.reduce((sum, value) => sum + value, 0) / there.length;
  there.sort();
  const half = there.length / 2;
  return ((there[Math.ceil(half) - 1] as number) + (there[Math.floor(half)] as number)) / 2;
}

/** Rows as numbers. */
export interface EncodedRows {
  readonly matrix: Matrix;
  /** What each column is called: the feature, or `feature=word`. */
  readonly names: readonly string[];
  /** For each row of the matrix the number of the row it came from. */
  readonly rows: Int32Array;
  /** Rows that were left out, by the feature that was missing first. */
  readonly left: Readonly<Record<string, number>>;
}

/**
 * The rows as numbers, by an encoding that was learned from these or others. A row of which something is missing that nothing stands for is left
 * out. Columns are found by name, in the order of the encoding.
 */
export function encode(
  columns: Readonly<Record<string, FeatureColumn>>,
  { features }: Encoding,
  options: { readonly leaveOut?: readonly string[] } = {},
): EncodedRows {
  const writers = features.map((feature) => writerOf(feature, columns[feature.name], options.leaveOut ?? []));
  const names = writers.flatMap((writer) => writer.names);
  const count = Math.max(0, ...writers.map((writer) => writer.length));
  const rows = new Int32Array(count);
  const left: Record<string, number> = {};
  let kept = 0;
  for (let row = 0; row < count; row += 1) {
    const without = writers.find((writer) => writer.isMissing(row));
    if (without) left[without.feature] = (left[without.feature] ?? 0) + 1;
    else {
      rows[kept] = row;
      kept += 1;
    }
  }
  const values = new Float64Array(kept * names.length);
  let at = 0;
  for (const writer of writers) {
    for (let row = 0; row < kept; row += 1) writer.write(rows[row] as number, values, row * names.length + at);
    at += writer.names.length;
  }
  return { matrix: { rows: kept, columns: names.length, values }, names, rows: rows.subarray(0, kept), left };
}

interface Writer {
  readonly feature: string;
  readonly names: readonly string[];
  readonly length: number;
  isMissing(row: number): boolean;
  write(row: number, into: Float64Array, at: number): void;
}

function writerOf(feature: Encoded, column: FeatureColumn | undefined, leaveOut: readonly string[]): Writer {
  const { name, as } = feature;
  if (as === 'words' && column?.of === 'texts') {
    const places = column.words.map((word) => feature.words.indexOf(word));
    return {
      feature: name,
      names: feature.words.map((word) => `${name}=${word}`),
      length: column.codes.length,
      isMissing: (row) => column.codes[row] === -1 && leaveOut.includes(name),
      write(row, into, at) {
        const place = places[column.codes[row] as number] ?? -1;
        if (place >= 0) into[at + place] = 1;
      },
    };
  }
  const wanted = as === 'number' ? 'numbers' : 'booleans';
  if (as === 'words' || column?.of !== wanted)
    throw new RangeError(`${name} was ${as} when it was learned, and is ${column?.of ?? 'not there'}`);
  return {
    feature: name,
    names: [name],
    length: column.values.length,
    isMissing: (row) => feature.missing === undefined && !isThere(column, row),
    write(row, into, at) {
      into[at] = isThere(column, row) ? (column.values[row] as number) : (feature.missing as number);
    },
  };
}
