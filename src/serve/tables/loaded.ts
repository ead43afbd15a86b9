import { setImmediate as others } from 'node:timers/promises';
import { type Columns, keyOf } from '../../columns/index.ts';
import type { RowsInMemory } from '../../ports/index.ts';
import type { Row } from '../parts.ts';
import { keyText, rowsOf, valuesIn } from './values.ts';

/** Keys that are noted before requests get their turn. */
const together = 10_000;

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
  const places = new Map<unknown, number>();
  for (let row = 0; row < rows; row += 1) {
    const value = values[key]?.(row);
    if (value === null || value === undefined) throw new RangeError(`a row has no ${key}`);
    places.set(textOf(value), row);
    if (row % together === together - 1) await others();
  }
  if (places.size !== rows) throw new RangeError(`${rows - places.size} rows have a ${key} that another has`);
  const make = rowsOf(columns, values);
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
