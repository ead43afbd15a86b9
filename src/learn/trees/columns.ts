import type { FeatureColumn } from '../features.ts';
import type { TreeModel } from './model.ts';

export type Columns = Readonly<Record<string, FeatureColumn>>;
type Words = TreeModel['words'];

/**
 * Columns as numbers, NaN where a value is missing, in the order of `names`. A text is the place of its word, and one that the training rows did
 * not have is missing.
 */
export function numbersOf(columns: Columns, names: readonly string[], words: Words): Float64Array[] {
  return names.map((name) => {
    const column = columns[name];
    if (!column || (column.of === 'texts') !== Object.hasOwn(words, name))
      throw new RangeError(
        `${name} was ${words[name] ? 'texts' : 'numbers'} when it was learned, and is ${column?.of ?? 'not there'}`,
      );
    if (column.of === 'texts') {
      const known = new Map((words[name] ?? []).map((word, place) => [word, place]));
      const places = column.words.map((word) => known.get(word) ?? Number.NaN);
      return Float64Array.from(column.codes, (code) => places[code] ?? Number.NaN);
    }
    const { values, valid } = column;
    if (!valid && values instanceof Float64Array) return values;
    return Float64Array.from(values, (value, row) => (valid?.[row] === 0 ? Number.NaN : value));
  });
}

/** The words of each text column; those that another model knows keep their places, new ones come behind them. */
export function wordsOf(columns: Columns, known: Words = {}): Words {
  return Object.fromEntries(
    Object.entries(columns).flatMap(([name, column]) => {
      if (column.of !== 'texts') return [];
      const before = known[name] ?? [];
      const there = new Set(column.codes);
      const news = column.words.filter((word, code) => there.has(code) && !before.includes(word));
      return [
        [name, [...before, ...news.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))]],
      ];
    }),
  );
}
