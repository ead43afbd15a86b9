import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addsOnly } from './adds-only.ts';
import { driftOf, keyIn } from './drift.ts';

const column = (facts: object): string => JSON.stringify(facts);
const base = {
  kind: 'table',
  rows: 'select n, m from {name shop.bronze.t}',
  write: '"merge"',
  'column n': column({ kind: 'integer', isKey: true }),
  'column m': column({ kind: 'text' }),
};
const meaning = (more: Readonly<Record<string, string>>) => driftOf(base, { ...base, ...more }).means;

test('a column that is new is filled; a query that is otherwise another one, and any rule, means to build again', () => {
  const added = { 'column o': column({ kind: 'integer', nullable: true }) };
  assert.equal(meaning({ ...added, rows: 'select n, m, n * 2 as o from {name shop.bronze.t}' }), 'fill');
  assert.equal(meaning({ ...added, rows: 'select n, m, n * 2 as o from {name shop.bronze.t} where n > 0' }), 'rebuild');
  assert.equal(meaning({ rows: 'select n, upper(m) as m from {name shop.bronze.t}' }), 'rebuild');
  assert.equal(meaning({ 'rule short': 'length(m) < 9' }), 'rebuild');
  assert.equal(meaning({ 'file definitions/helper.ts': 'abc' }), 'rebuild');
  assert.equal(meaning({ 'check some': '[]' }), 'nothing');
});

test('a kind that holds every value of the one before is altered in place, and so is a column that may be missing', () => {
  const of = (facts: object) => meaning({ 'column n': column({ isKey: true, ...facts }) });
  assert.equal(of({ kind: 'bigint' }), 'alter');
  assert.equal(of({ kind: 'decimal', of: [18, 2] }), 'alter');
  assert.equal(of({ kind: 'decimal', of: [17, 2] }), 'rebuild');
  assert.equal(of({ kind: 'integer', nullable: true }), 'alter');
  assert.equal(of({ kind: 'integer', rules: [{ code: 'min', allowed: 1 }] }), 'rebuild');
  assert.equal(meaning({ 'column n': column({ kind: 'integer' }) }), 'rebuild');
  assert.deepEqual(keyIn(base), ['n']);
});

test('what has changed is said in words; of a definition that was not kept nothing is', () => {
  const { what, aspects } = driftOf(base, {
    ...base,
    write: '"append"',
    'column n': column({ kind: 'bigint', isKey: true }),
  });
  assert.deepEqual(what, ['the column n: integer → bigint', 'write: merge → append']);
  assert.deepEqual(aspects, ['column n', 'write']);
  const { what: ways } = driftOf({ ...base, write: '{"way":"history","at":"day"}' }, base);
  assert.deepEqual(ways, ['write: history (day) → merge']);
  assert.deepEqual(driftOf(undefined, base), { means: 'rebuild', aspects: [], what: [] });
  const { 'column m': _, ...without } = base;
  assert.deepEqual(driftOf(base, without).what, ['the column m is not declared any more']);
});

test('a query has only more columns where one stretch of the outermost list says so', () => {
  const before = 'select a, f(b, c) as d from {name t} where a > 0';
  const adds = (now: string, ...added: readonly string[]) => addsOnly(before, now, added);
  assert.ok(adds('select a, f(b, c) as d, a + 1 as e from {name t} where a > 0', 'e'));
  assert.ok(adds('select a, (select max(x) from {name u}) as e, f(b, c) as d from {name t} where a > 0', 'e'));
  assert.ok(adds('select z as e, y, a, f(b, c) as d from {name t} where a > 0', 'e', 'y'));
  assert.ok(!adds('select a, f(b, e, c) as d from {name t} where a > 0', 'e'), 'inside of a function');
  assert.ok(!adds('select a, f(b, c) as d, a as e from {name t} join {name u} as e where a > 0', 'e'), 'two stretches');
  assert.ok(!adds('select a, f(b, c) as d from {name t}, {name u} as e where a > 0', 'e'), 'in FROM');
  assert.ok(!adds('select a, f(b, c) as d, a as g from {name t} where a > 0', 'e'), 'another name');
  assert.ok(!adds('select distinct a, f(b, c) as d from {name t} where a > 0', 'distinct'), 'no column');
  const grouped = 'select a, count(*) as n from {name t} group by 1';
  assert.ok(addsOnly(grouped, 'select a, count(*) as n, sum(b) as s from {name t} group by 1', ['s']));
  assert.ok(
    !addsOnly(grouped, 'select max(b) as s, a, count(*) as n from {name t} group by 1', ['s']),
    'another place',
  );
  assert.ok(!addsOnly('select distinct a from {name t}', 'select distinct a, b from {name t}', ['b']), 'more rows');
});
