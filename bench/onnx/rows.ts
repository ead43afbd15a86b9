import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Vector } from '../../src/columns/index.ts';

/** The rows that both sides score, as a warehouse gives them. */
export function rowsIn(folder: string): Readonly<Record<string, Vector>> {
  const text = readFileSync(path.join(folder, 'rows.json'), 'utf8');
  const columns = JSON.parse(text) as Readonly<Record<string, readonly (number | string | null)[]>>;
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]): [string, Vector] => {
      if (typeof values[0] === 'string') {
        const words = [...new Set(values as readonly string[])];
        const places = new Map(words.map((word, place) => [word, place]));
        return [
          name,
          { of: 'texts', words, codes: Int32Array.from(values, (word) => places.get(word as string) ?? -1) },
        ];
      }
      const valid = Uint8Array.from(values, (value) => (value === null ? 0 : 1));
      return [name, { of: 'numbers', values: Float64Array.from(values, Number), valid }];
    }),
  );
}
