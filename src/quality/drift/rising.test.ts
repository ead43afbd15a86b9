import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rising } from './rising.ts';

test('values are in the order in which the engine would have them, whatever their sign and size', () => {
  const some = [0, -0, 1, -1, 0.1, -0.1, 5e-324, -5e-324, 1e308, -1e308, Infinity, -Infinity, 2 ** 53, -(2 ** 31)];
  for (const length of [0, 1, 100, 5000, 70_000]) {
    const values = Float64Array.from({ length: length + 3 }, (_, row) => {
      const number = Math.sin(row * 12.9898) * 10 ** ((row % 40) - 20);
      return row % 97 === 0 ? (some[row % some.length] as number) : number;
    });
    // A part of a longer array is sorted in its place.
    const part = values.slice().subarray(2, length + 2);
    const wanted = values.slice(2, length + 2).sort();
    assert.equal(rising(part), part);
    assert.deepEqual(part, wanted);
    assert.ok(part.every((value, row) => Object.is(value, wanted[row])));
  }
});

test('values that agree in half of their bits are in order, too', () => {
  const scattered = (row: number): number => (row * 7919) % 10_007;
  for (const of of [
    (row: number) => 1.76e12 + scattered(row) / 64,
    (row: number) => 1 + scattered(row) * 2 ** -50,
    (row: number) => (row % 2 === 0 ? 1 : -1) * (2 + scattered(row) * 2 ** -48),
    (row: number) => scattered(row) * 5e-324,
  ]) {
    const values = Float64Array.from({ length: 10_007 }, (_, row) => of(row));
    const wanted = values.slice().sort();
    assert.deepEqual(rising(values), wanted);
  }
});
