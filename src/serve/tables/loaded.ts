import { setImmediate as others } from 'node:timers/promises';
import { type Columns, keyOf } from '../../columns/index.ts';
import type { InMemory, RowsInMemory } from '../../ports/index.ts';
import type { Row } from '../parts.ts';
import { Places } from './places.ts';
import { keyText, type Matrix, rowsOf, valuesIn } from './values.ts';

/** Keys, and numbers, that are put where they belong before requests get their turn. */
const together = 10_000;
const numbersTogether = 200_000;

/** Rows of one snapshot, found by their key. */
export interface Loaded {
  readonly rows: number;
  /** In the order asked for, each a row of its own; what is not there is left out. */
  lookup(keys: readonly unknown[]): readonly Row[];
}

/** Throws RangeError, in words, for rows that are not what their columns promise. */
export async function load({ rows, columns: held }: RowsInMemory, columns: Columns): Promise<Loaded> {
  const values = Object.fromEntries(
    Object.entries<Columns[string]>(columns).map(([name, column]) => {
      const found = held[name];
      if (!found) throw new RangeError(`it has no column ${name}`);
      return [name, valuesIn(column, found)];
    }),
  );
  const [key = ''] = keyOf(columns);
  const textOf = keyText(columns[key] as Columns[string]);
  const places = new Places(rows);
  for (let row = 0; row < rows; row += 1) {
    const value = values[key]?.(row);
    if (value === null || value === undefined) throw new RangeError(`a row has no ${key}`);
    places.set(textOf(value), row);
    if (row % together === together - 1) await others();
  }
  if (places.size !== rows) throw new RangeError(`${rows - places.size} rows have a ${key} that another has`);
  const make = rowsOf(columns, { values, matrix: await matrixOf(held, { rows, columns }) });
  return loadedOf({ rows, places, textOf, make });
}

/** Nothing else of what it was made from stays in memory. */
function loadedOf({
  rows,
  places,
  textOf,
  make,
}: {
  readonly rows: number;
  readonly places: Pick<Places, 'get'>;
  readonly textOf: (value: unknown) => unknown;
  readonly make: (row: number) => Row;
}): Loaded {
  return Object.freeze<Loaded>({
    rows,
    lookup(keys) {
      const found: Row[] = [];
      for (const one of keys) {
        const place = places.get(textOf(one));
        if (place !== undefined) found.push(make(place));
      }
      return found;
    },
  });
}

async function matrixOf(
  held: Readonly<Record<string, InMemory>>,
  { rows, columns }: { readonly rows: number; readonly columns: Columns },
): Promise<Matrix> {
  const numbers = Object.entries<Columns[string]>(columns).flatMap(([name, { facts }]) => {
    const found = held[name];
    const isOwn = facts.kind === 'integer' || facts.kind === 'real';
    return isOwn && found?.of === 'numbers' ? [{ name, of: found.values }] : [];
  });
  const width = numbers.length;
  const values = new Float64Array(rows * width);
  const step = Math.ceil(numbersTogether / Math.max(1, width));
  for (let from = 0; from < rows; from += step) {
    const to = Math.min(rows, from + step);
    for (const [at, { of }] of numbers.entries())
      for (let row = from; row < to; row += 1) values[row * width + at] = of[row] as number;
    await others();
  }
  return { names: numbers.map(({ name }) => name), values };
}
