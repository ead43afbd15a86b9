import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, compareNames } from './index.ts';

const columns = { id: col.integer(), price: col.real().alias('preco', 'valor'), note: col.text().optional() };

test('a column is the first of its names that a file has; another of them is a column like any other', () => {
  const { called, news, gone, breach } = compareNames(columns, ['valor', 'preco', 'id', 'id']);
  assert.deepEqual(
    [...called],
    [
      ['id', 'id'],
      ['price', 'preco'],
    ],
  );
  assert.deepEqual([news, gone, breach], [['valor'], ['note'], undefined]);
});

test('a file without a column that must be there breaks the contract, and the likeliest other name is asked about', () => {
  const breachOf = (...names: readonly string[]) => compareNames(columns, names).breach;
  assert.equal(breachOf('id', 'note'), 'no column price');
  const asked = (name: string, other: string) =>
    `; is ${name} called ${other} now? Then declare it with .alias('${other}')`;
  assert.equal(breachOf('id', 'prise', 'x', 'note'), `no column price${asked('price', 'prise')}`);
  assert.equal(breachOf('id', 'amount', 'note'), `no column price${asked('price', 'amount')}`, 'one gone, one new');
  assert.equal(breachOf('id', 'x', 'y'), 'no column price (and has x, y, which are not declared)');
  const many = Array.from({ length: 11 }, (_, index) => `column_${index}`);
  assert.match(breachOf('id', 'note', ...many) ?? '', /column_7 and 3 more, which are not declared\)$/);
});

test('a file with none of the columns breaks the contract, though each of them may be missing', () => {
  const optional = { id: col.integer().optional(), name: col.text().optional() };
  assert.equal(
    compareNames(optional, ['a', 'b']).breach,
    'none of the columns id, name (and has a, b, which are not declared)',
  );
  assert.equal(compareNames(optional, ['name']).breach, undefined);
});

test('where new columns are refused one breaks the contract', () => {
  const names = ['id', 'price', 'note', 'tax'];
  assert.equal(compareNames(columns, names, true).breach, 'tax, which is not declared');
  assert.equal(compareNames(columns, names.slice(0, 3), true).breach, undefined);
});
