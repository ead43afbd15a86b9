import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, col } from '../../columns/index.ts';
import type { KeptFiles } from '../../ports/index.ts';
import { latestPath, latestText } from './latest.ts';
import { shapeOf } from './shape.ts';
import { lookFor } from './table.ts';
import { valuesIn } from './values.ts';

/** The same values, with how many of them were asked for. */
function counted<Values extends object>(values: Values): { readonly values: Values; readonly asked: () => number } {
  let asked = 0;
  const get = (target: Values, name: string | symbol): unknown => {
    asked += 1;
    const found: unknown = Reflect.get(target, name, target);
    return typeof found === 'function' ? found.bind(target) : found;
  };
  return { values: new Proxy(values, { get }), asked: () => asked };
}
const columnOf = (column: Columns[string]): Columns[string] => column;

test('days and long numbers are made when they are asked for, and not those of all rows before', () => {
  const days = counted(Float64Array.from({ length: 1000 }, (_, row) => (row === 7 ? Number.NaN : row - 1)));
  const dayAt = valuesIn(columnOf(col.date().optional()), { of: 'numbers', values: days.values });
  assert.equal(days.asked(), 0);
  assert.deepEqual([String(dayAt(0)), String(dayAt(1)), dayAt(7)], ['1969-12-31', '1970-01-01', null]);
  assert.equal(days.asked(), 3);
  const words = counted(Array.from({ length: 1000 }, (_, row) => `${row}9223372036854775807`));
  const codes = Int32Array.from({ length: 1000 }, (_, row) => (row === 7 ? -1 : row));
  const longAt = valuesIn(columnOf(col.bigint().optional()), { of: 'texts', codes, words: words.values });
  assert.equal(words.asked(), 0);
  assert.deepEqual([longAt(2), longAt(7)], [29223372036854775807n, null]);
  assert.equal(words.asked(), 1);
});

test('while the bytes of a table are hashed requests get their turn', async () => {
  const columns = { id: col.text().key() };
  const table = 'shop.silver.prices';
  const at = '2026-03-04T05:06:07Z';
  const latest = {
    ...{
      project: 'shop',
      environment: 'local',
      table,
      path: 'rows.parquet',
      sha256: '0'.repeat(64),
      rows: 1,
      memory: 8,
    },
    ...{ key: 'id', columns: shapeOf(columns), generation: 'g', sequence: 1, run: 'r', publishedAt: at, writtenAt: at },
    former: [],
  };
  let turns = 0;
  const found = await lookFor({ endpoint: 'quote', name: 'prices', table, columns }, undefined, {
    files: {
      look: async (path: string) => {
        assert.equal(path, latestPath('quote', table));
        return { bytes: latestText(latest), mark: '1' };
      },
      read: async () => {
        setImmediate(() => {
          turns += 1;
        });
        return new Uint8Array(16 << 20);
      },
    } as unknown as KeptFiles,
    open: () => assert.fail('it has another content'),
  });
  assert.deepEqual(found, { is: 'refused', why: 'rows.parquet has another content than was written' });
  assert.equal(turns, 1);
});
