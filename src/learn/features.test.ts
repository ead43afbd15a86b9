import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode, encodingOf, type FeatureColumn } from './features.ts';

const numbers = (...values: readonly (number | null)[]): FeatureColumn => ({
  of: 'numbers',
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
  valid: Uint8Array.from(values, (value) => (value === null ? 0 : 1)),
});
function texts(...values: readonly (string | null)[]): FeatureColumn {
  const words = [...new Set(values.filter((value) => value !== null))];
  return {
    of: 'texts',
    codes: Int32Array.from(values, (value) => (value === null ? -1 : words.indexOf(value))),
    words,
  };
}
const rowsOf = ({ matrix }: ReturnType<typeof encode>): number[][] =>
  Array.from({ length: matrix.rows }, (_, row) => [
    ...matrix.values.subarray(row * matrix.columns, (row + 1) * matrix.columns),
  ]);

test('words become a column each, in the order of their code points, and booleans 0 and 1', () => {
  const columns = {
    plan: texts('pro', 'básico', 'pro'),
    active: { of: 'booleans', values: Uint8Array.of(1, 0, 1) } as const,
  };
  const encoding = encodingOf([
    { name: 'plan', column: columns.plan },
    { name: 'active', column: columns.active },
  ]);
  const found = encode(columns, encoding);
  assert.deepEqual(found.names, ['plan=básico', 'plan=pro', 'active']);
  assert.deepEqual(rowsOf(found), [
    [0, 1, 1],
    [1, 0, 0],
    [0, 1, 1],
  ]);
});

test('later rows become numbers as the training rows did, whatever the order and the words that they have', () => {
  const encoding = encodingOf([{ name: 'plan', column: texts('a', 'b', 'c') }]);
  const later = encode({ plan: texts('new', 'c', null, 'a') }, JSON.parse(JSON.stringify(encoding)));
  assert.deepEqual(rowsOf(later), [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
    [1, 0, 0],
  ]);
  assert.deepEqual(encodingOf([{ name: 'plan', column: texts('b', 'a') }], { withoutFirst: true }).features, [
    { name: 'plan', as: 'words', words: ['b'] },
  ]);
});

test('what stands for a missing number is learned from the training rows', () => {
  const column = numbers(1, null, 2, 9);
  const filled = (missing: number | 'mean' | 'median') =>
    rowsOf(encode({ x: column }, encodingOf([{ name: 'x', column, missing }])))[1]?.[0];
  assert.deepEqual([filled('mean'), filled('median'), filled(-1)], [4, 2, -1]);
  const four = numbers(1, 2, 3, 9, null);
  assert.equal(rowsOf(encode({ x: four }, encodingOf([{ name: 'x', column: four, missing: 'median' }])))[4]?.[0], 2.5);
});

test('a row of which something is missing is left out where nothing stands for it, and counted', () => {
  const columns = { x: numbers(1, null, 3, null), plan: texts('a', 'b', null, null) };
  const encoding = encodingOf([
    { name: 'x', column: columns.x },
    { name: 'plan', column: columns.plan },
  ]);
  const found = encode(columns, encoding);
  assert.deepEqual([[...found.rows], found.left], [[0, 2], { x: 2 }]);
  const strict = encode(columns, encoding, { leaveOut: ['plan'] });
  assert.deepEqual([[...strict.rows], strict.left], [[0], { x: 2, plan: 1 }]);
});

test('a feature without any value, or of another kind than it was, is refused', () => {
  assert.throws(() => encodingOf([{ name: 'plan', column: texts(null) }]), /plan has no value/);
  assert.throws(() => encodingOf([{ name: 'x', column: numbers(null), missing: 'mean' }]), /x has no value/);
  const encoding = encodingOf([{ name: 'x', column: numbers(1) }]);
  assert.throws(() => encode({ x: texts('1') }, encoding), /x was number when it was learned, and is texts/);
  assert.throws(() => encode({}, encoding), /x was number when it was learned, and is not there/);
});
