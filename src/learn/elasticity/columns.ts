import type { FeatureColumn } from '../features.ts';

type Columns = Readonly<Record<string, FeatureColumn>>;
const columnOf = (columns: Columns, name: string): FeatureColumn => {
  const column = columns[name];
  if (!column) throw new RangeError(`${name} is not there`);
  return column;
};

/** A number for each row; NaN is none. */
export function numbersIn(columns: Columns, name: string): Float64Array {
  const column = columnOf(columns, name);
  if (column.of !== 'numbers') throw new RangeError(`${name} is no number`);
  const { values, valid } = column;
  if (!valid) return values;
  const found = new Float64Array(values);
  for (let row = 0; row < found.length; row += 1) if (valid[row] !== 1) found[row] = Number.NaN;
  return found;
}

/** Logarithms; NaN for what has none. */
export function logarithms(values: Float64Array): Float64Array {
  const found = new Float64Array(values.length);
  for (let row = 0; row < found.length; row += 1) {
    const value = values[row] as number;
    found[row] = value > 0 && value < Number.POSITIVE_INFINITY ? Math.log(value) : Number.NaN;
  }
  return found;
}

/** 1 where it is true; what is missing is not. */
export function flagsIn(columns: Columns, name: string): Uint8Array {
  const column = columnOf(columns, name);
  if (column.of === 'texts') throw new RangeError(`${name} is neither true nor false`);
  const { values, valid } = column;
  const found = new Uint8Array(values.length);
  for (let row = 0; row < found.length; row += 1) found[row] = values[row] !== 0 && valid?.[row] !== 0 ? 1 : 0;
  return found;
}

/** Values as words: for each row which, or −1. */
export function wordsIn(
  columns: Columns,
  name: string,
): { readonly codes: Int32Array; readonly words: readonly string[] } {
  const column = columnOf(columns, name);
  if (column.of === 'texts') return column;
  const { values, valid } = column;
  const places = new Map<number, number>();
  const codes = new Int32Array(values.length);
  // Rows of a product lie together, and those of a month: most are as the one before.
  let [last, place] = [Number.NaN, -1];
  for (let row = 0; row < codes.length; row += 1) {
    const value = values[row] as number;
    if (value !== last) {
      place = places.get(value) ?? places.size;
      if (place === places.size) places.set(value, place);
      last = value;
    }
    codes[row] = valid?.[row] === 0 ? -1 : place;
  }
  const said = column.of === 'numbers' ? String : (value: number) => String(value !== 0);
  return { codes, words: [...places.keys()].map(said) };
}

/** The same by the places of words that are known; −1 for others. */
export function placesIn(columns: Columns, name: string, known: readonly string[]): Int32Array {
  const { codes, words } = wordsIn(columns, name);
  const places = new Map(known.map((word, place) => [word, place]));
  const own = words.map((word) => places.get(word) ?? -1);
  return codes.map((code) => (code === -1 ? -1 : (own[code] as number)));
}

/** Dates as days since 1970; the least number for one that is missing. */
export function daysIn(columns: Columns, name: string): Int32Array {
  const column = columnOf(columns, name);
  if (column.of !== 'texts') throw new RangeError(`${name} is no date`);
  const days = column.words.map((word) => Date.parse(word) / 86_400_000);
  return column.codes.map((code) => (code === -1 ? noDay : (days[code] as number)));
}
export const noDay = -(2 ** 31);

/** Columns by which products are told apart. */
export const namesOf = (by: string | readonly string[]): readonly string[] => (typeof by === 'string' ? [by] : by);

/** Rows by what they are called in some columns: for each row the number of its name, and the names; a value that is missing is called nothing. */
export function namesIn(
  columns: Columns,
  by: readonly string[],
): { readonly codes: Int32Array; readonly names: readonly (readonly string[])[] } {
  let codes = new Int32Array();
  let names: readonly (readonly string[])[] = [[]];
  for (const [place, name] of by.entries()) {
    const own = wordsIn(columns, name);
    const width = own.words.length + 1;
    const found = new Map<number, number>();
    const before = codes;
    codes = own.codes.map((code, row) => {
      const key = (place === 0 ? 0 : (before[row] as number)) * width + code + 1;
      const known = found.get(key) ?? found.size;
      if (known === found.size) found.set(key, known);
      return known;
    });
    const shorter = names;
    names = [...found.keys()].map((key) => [
      ...(shorter[Math.floor(key / width)] ?? []),
      own.words[(key % width) - 1] ?? '',
    ]);
  }
  return { codes, names };
}
