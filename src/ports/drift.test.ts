import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Columns, col } from '../columns/index.ts';
import type { Difference, Drift } from './index.ts';
import { driftAfter, driftTexts } from './index.ts';

const columns: Columns = { id: col.integer(), note: col.text().optional() };
const after = (
  before: readonly Drift[],
  differences: readonly Difference[],
  { run = 'second', declared = columns, read = 1 } = {},
): readonly Drift[] => {
  const input = { relation: 'r', source: 'shop.landing.orders', columns: declared, files: [], once: true };
  return driftAfter(before, [{ input, read, empty: [], differences }], { run, since: '2026-03-01T00:00:00Z' });
};
const is = (how: Difference['how'], column: string): Difference => ({ how, column, path: 'a.csv', note: 'so' });
const names = (drift: readonly Drift[]): readonly string[] =>
  drift.map(({ run, how, column }) => `${run}: ${how} ${column}`);

test('a new name keeps the run that met it first, until it is declared, by its own name or another', () => {
  const first = after([], [is('new', 'tax')], { run: 'first' });
  const second = after(first, [is('new', 'tax'), is('new', 'tip')]);
  assert.deepEqual(names(second), ['first: new tax', 'second: new tip']);
  const [kept] = after(second, [{ ...is('new', 'tax'), path: 'b.csv', note: 'kept now' }]);
  assert.deepEqual([kept?.path, kept?.note], ['a.csv', 'kept now']);
  assert.deepEqual(names(after(second, [])), ['first: new tax', 'second: new tip']);
  assert.deepEqual(names(after(second, [], { declared: { ...columns, tax: col.text() } })), ['second: new tip']);
  assert.deepEqual(names(after(second, [], { declared: { levy: col.text().alias('tax', 'tip') } })), []);
});

test('what is gone, or of another type, stands until files are read that have it', () => {
  const first = after([], [is('gone', 'note'), is('type', 'id')], { run: 'first' });
  assert.deepEqual(names(after(first, [], { read: 0 })), ['first: gone note', 'first: type id']);
  assert.deepEqual(names(after(first, [is('type', 'id')])), ['first: type id']);
  assert.deepEqual(names(after(after(first, []), [is('gone', 'note')], { run: 'third' })), ['third: gone note']);
});

test('a source that is not read any more takes with it what was known of it', () => {
  const first = after([], [is('new', 'tax')]);
  assert.deepEqual(driftAfter(first, [], { run: 'second', since: '' }), []);
});

test('of a producer that takes anything for a key fifty names are kept', () => {
  const many = (from: number) => Array.from({ length: 40 }, (_, index) => is('new', `k${from + index}`));
  const first = after([], many(0));
  const second = after(first, [...many(30), is('gone', 'note')]);
  assert.deepEqual([first.length, second.filter(({ how }) => how === 'new').length, second.length], [40, 50, 51]);
});

test('columns of one file are told in one sentence', () => {
  const drift = after(
    [],
    [is('new', 'tax'), is('new', ''), is('gone', 'note'), { ...is('new', 'tip'), path: 'b.csv' }],
  );
  assert.deepEqual(driftTexts(drift), [
    'landing.orders: new columns tax, (no name) in a.csv, not declared: so',
    'landing.orders: no column note in a.csv: so',
    'landing.orders: new column tip in b.csv, not declared: so',
  ]);
});
