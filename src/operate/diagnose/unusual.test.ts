import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Part, risen } from './unusual.ts';

const days = (...shares: readonly (readonly [some: number, of: number])[]): readonly Part[] =>
  shares.map(([some, of]) => ({ some, of }));
const usual = [
  [3, 1000],
  [5, 1000],
  [2, 1000],
] as const;

describe('what is otherwise than before', () => {
  test('a share that chance does not give has risen, and since when is told', () => {
    assert.deepEqual(risen(days([300, 1000], ...usual)), { days: 1, before: { some: 10, of: 3000 } });
    assert.deepEqual(risen(days([300, 1000], [290, 1000], [4, 10], ...usual))?.days, 3);
  });

  test('what differs by chance, by little, or in few rows has not', () => {
    assert.equal(risen(days([8, 1000], ...usual)), undefined, 'below two per cent');
    assert.equal(risen(days([4, 100], [2, 100], [3, 100])), undefined, 'by chance');
    assert.equal(risen(days([60, 1000], [40, 1000], [40, 1000])), undefined, 'by little');
    assert.equal(risen(days([4, 10], ...usual)), undefined, 'in few rows');
    assert.equal(risen(days([0, 0], ...usual)), undefined);
    assert.equal(risen([]), undefined);
  });

  test('half of all may be far too much, too', () => {
    assert.notEqual(risen(days([900, 1000], [450, 1000], [460, 1000])), undefined);
    assert.equal(risen(days([550, 1000], [450, 1000], [460, 1000]))?.days, 3, 'as ever, and too much');
  });

  test('what was so from the first day on is told where nobody would call it usual', () => {
    assert.deepEqual(risen(days([30, 100], [28, 100])), { days: 2, before: { some: 0, of: 0 } });
    assert.equal(risen(days([8, 100], [9, 100])), undefined);
    assert.equal(risen(days([20, 40])), undefined, 'too few rows');
  });
});
