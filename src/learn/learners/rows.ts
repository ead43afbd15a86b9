import type { FeatureColumn } from '../features.ts';
import type { Learned } from './learned.ts';

/** Some rows of a column. */
export function picked(column: FeatureColumn, rows: Int32Array): FeatureColumn {
  if (column.of === 'texts') return { ...column, codes: gathered(column.codes, rows) };
  const valid = column.valid ? { valid: gathered(column.valid, rows) } : {};
  return column.of === 'numbers'
    ? { of: 'numbers', values: gathered(column.values, rows), ...valid }
    : { of: 'booleans', values: gathered(column.values, rows), ...valid };
}

function gathered<A extends Float64Array | Uint8Array | Int32Array>(values: A, rows: Int32Array): A {
  const found = new (values.constructor as new (length: number) => A)(rows.length);
  for (let at = 0; at < rows.length; at += 1) found[at] = values[rows[at] as number] as number;
  return found;
}

/** Each value as often as is said. */
export function repeated(column: FeatureColumn, times: Float64Array): FeatureColumn {
  const rows = new Int32Array(times.reduce((sum, one) => sum + one, 0));
  let at = 0;
  for (const [row, count] of times.entries()) {
    rows.fill(row, at, at + count);
    at += count;
  }
  return picked(column, rows);
}

/** Some of the numbers. */
export const takenAt = (values: Float64Array, rows: Int32Array): Float64Array => gathered(values, rows);

export const pickedAll = <Name extends string>(
  columns: Readonly<Record<Name, FeatureColumn>>,
  rows: Int32Array,
): Readonly<Record<Name, FeatureColumn>> =>
  Object.fromEntries(
    Object.entries<FeatureColumn>(columns).map(([name, column]) => [name, picked(column, rows)]),
  ) as Record<Name, FeatureColumn>;

/** Columns of these names. */
export const pickedNames = <C>(
  columns: Readonly<Record<string, C>>,
  names: readonly string[],
): Readonly<Record<string, C>> => Object.fromEntries(names.map((name) => [name, columns[name] as C]));

/** Numbers of the rows for which it is so. */
export function rowsWhere(count: number, isMeant: (row: number) => boolean): Int32Array {
  const rows = new Int32Array(count);
  let found = 0;
  for (let row = 0; row < count; row += 1) {
    if (!isMeant(row)) continue;
    rows[found] = row;
    found += 1;
  }
  return rows.subarray(0, found);
}

export const lengthOf = (column: FeatureColumn): number =>
  column.of === 'texts' ? column.codes.length : column.values.length;

/** Where rows were to be kept to judge with and there is none: how well a model knows the rows that it was made of says nothing, and nothing is measured. */
export function unjudged(
  held: Uint8Array | undefined,
  { judging }: { readonly judging: number },
): Unjudged | undefined {
  if (held === undefined || judging > 0) return undefined;
  const why = held.includes(1)
    ? 'no row that is kept to judge with has a known target and the features that it needs'
    : 'no row is kept to judge with';
  return { unjudged: why, samples: 0, measures: {}, segments: [] };
}
type Unjudged = Pick<Learned, 'unjudged' | 'samples' | 'measures' | 'segments'>;

/** Why a champion cannot be judged. */
export const otherColumns = 'it learned from other columns';
export const learnedAll = (date: string | undefined): string =>
  `${date === undefined ? '' : `was trained for ${date}, and `}may have learned all that is kept to judge with`;

/** Rows that teach and judge nothing. */
export const unknownTargets = (rows: number): Readonly<Record<string, number>> =>
  rows > 0 ? { 'the target': rows } : {};
