import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refiningOf } from '../../define/index.ts';
import type { FeatureColumn } from '../features.ts';
import { settled } from '../trees/options.ts';
import { trainTrees } from '../trees/train.ts';
import { going } from './refining.ts';

const count = 60;
const numbers = (factor: number): FeatureColumn => ({
  of: 'numbers',
  values: Float64Array.from({ length: count }, (_, row) => (row * factor) % 17),
});
const colour: FeatureColumn = {
  of: 'texts',
  words: ['blue', 'red'],
  codes: Int32Array.from({ length: count }, (_, row) => row % 2),
};
const columns = { price: numbers(3), colour };
const { model: champion } = await trainTrees({
  columns,
  target: Float64Array.from({ length: count }, (_, row) => row % 5),
  options: { objective: 'regression', trees: 4, rowsInLeaf: 5 },
});

test('a champion that knows a feature otherwise, or not at all, is not gone on from', () => {
  const on = (now: Readonly<Record<string, FeatureColumn>>) => going(champion, now, { added: 1, most: 5 });
  assert.deepEqual(on(columns), { from: champion, added: 1 });
  const strange = (name: string) => ({ anew: `the champion knows ${name} otherwise, or not at all` });
  assert.deepEqual(on({ ...columns, price: colour }), strange('price'));
  assert.deepEqual(on({ ...columns, colour: numbers(5) }), strange('colour'));
  assert.deepEqual(on({ price: columns.price }), strange('colour'));
  assert.deepEqual(on({ ...columns, days: numbers(7) }), strange('days'));
});

test('as many trees are refined as training makes where nothing is said', () => {
  const { trees } = settled({ objective: 'binary' }, 0);
  assert.deepEqual(refiningOf({}), { trees, added: 10, most: 400 });
  assert.deepEqual(refiningOf({ trees: 55 }), { trees: 55, added: 6, most: 220 });
  assert.deepEqual(refiningOf({ trees: 55, refine: { trees: 2, most: 60 } }), { trees: 55, added: 2, most: 60 });
});
