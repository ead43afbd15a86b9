import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../random.ts';
import { tableOf } from '../bins/table.ts';
import { restore, sumBins } from './histogram.ts';
import { columnOf, divide } from './partition.ts';

/** Eleven numbers, and a category of 600 words, which has more bins than a byte can name. */
const rows = 5000;
const random = new Random(11);
const columns = Array.from({ length: 11 }, (_, column) =>
  Float64Array.from({ length: rows }, () => random.below(column * 40 + 3)),
);
columns.push(Float64Array.from({ length: rows }, (_, row) => (row * 7) % 600));
const table = tableOf(columns, { categories: new Set([11]), bins: 255, rowsInLeaf: 1, seed: 1 });
const { space, features } = table;
for (let at = 0; at < 2 * rows; at += 1) space.floats[at] = random.next() - 0.5;
space.rows.set(Int32Array.from({ length: rows }, (_, at) => (at * 3) % rows));

test('a category may have more bins than a byte can name', () => {
  assert.ok(table.wide.size === 1 && (features.at(-1)?.count ?? 0) > 256, `${features.at(-1)?.count}`);
});

for (const [start, count] of [
  [0, rows],
  [700, 1234],
  [4999, 1],
  [10, 0],
] as const) {
  test(`sums of bins are those that are added one by one: ${count} rows from ${start} on`, () => {
    const wanted = new Float64Array(2 * table.bins);
    for (const [number, feature] of features.entries()) {
      const { from, at, step } = columnOf(table, number);
      for (const row of space.rows.subarray(start, start + count)) {
        const bin = 2 * (feature.start + (from[at + step * row] as number));
        wanted[bin] = (wanted[bin] as number) + (space.floats[2 * row] as number);
        wanted[bin + 1] = (wanted[bin + 1] as number) + (space.floats[2 * row + 1] as number);
      }
    }
    assert.deepEqual(sumBins(table, { start, rows: count, asked: new Uint8Array(features.length).fill(1) }), wanted);
  });
}

test('features that are not asked cost nothing where none of their neighbours is', () => {
  const sums = sumBins(table, {
    start: 0,
    rows,
    asked: Uint8Array.from(features, (_, number) => (number < 8 ? 0 : 1)),
  });
  const first = features[8]?.start ?? 0;
  assert.ok(sums.subarray(0, 2 * first).every((sum) => sum === 0) && sums.subarray(2 * first).some((sum) => sum !== 0));
});

test('the most frequent bin is what the others leave', () => {
  const asked = new Uint8Array(features.length).fill(1);
  const sums = sumBins(table, { start: 0, rows, asked }).slice();
  const made = { ...table, features: features.map((feature) => ({ ...feature, frequent: 1 })) };
  restore(made, sums, { slope: 1000, curve: 2000 });
  for (const { start, count } of features) {
    const own = sums.subarray(2 * start, 2 * (start + count));
    const total = (part: number): number => own.reduce((sum, value, at) => (at % 2 === part ? sum + value : sum), 0);
    assert.ok(Math.abs(total(0) - 1000) < 1e-9 && Math.abs(total(1) - 2000) < 1e-9);
  }
});

test('rows that go left come first, and both sides keep their order', () => {
  const own = Int32Array.of(4, 9, 2, 7, 1, 0);
  const column = { from: Uint8Array.of(0, 1, 2, 0, 1, 2, 0, 1, 2, 0), at: 0, step: 1 };
  const left = divide(own, column, { goesLeft: Uint8Array.of(1, 0, 1), spare: new Int32Array(10) });
  assert.deepEqual([left, [...own]], [3, [9, 2, 0, 4, 7, 1]]);
});
