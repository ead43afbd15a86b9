import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { type Definition, env, files, sql, table } from '../define/index.ts';
import { postgres } from '../define/postgres.ts';
import { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const rows = sql`select 1 as n`;
const id = col.text().key();
const keptIn = (name: string) => postgres(env('APP_DATABASE_URL')).keep(name);
const scores = (name: string, at: string) =>
  table(name, { columns: { id, score: col.real() }, rows, write: 'update', keptIn: keptIn(at) });
const risks = (name: string, at: string) =>
  table(name, { columns: { id, risk: col.real() }, rows, write: 'update', keptIn: keptIn(at) });
const graph = (...tables: readonly Definition[]) =>
  collect([{ catalog: 'shop', file: 'one.ts', exports: { tables } }], { suffix: '__invalid' });

test('two tables that are kept in one column of the same table elsewhere are refused, each by its place', () => {
  assert.throws(
    () => graph(scores('gold.one', 'users'), scores('gold.two', 'users')),
    (error) => {
      assert.ok(error instanceof EsteiraError);
      assert.equal(error.code, 'DEFINITION_INVALID');
      assert.match(error.details.what, /^gold\.one and gold\.two are kept in one column elsewhere/);
      assert.match(error.details.where ?? '', /table gold\.one, .* and table gold\.two, /);
      assert.equal(error.details.got, 'score of users');
      return true;
    },
  );
});

test('columns of their own, or other tables, are kept side by side', () => {
  graph(scores('gold.one', 'users'), risks('gold.two', 'users'), scores('gold.three', 'leads'));
});

const copied = (name: string, kept: Parameters<typeof table>[1]['keptIn'], more = {}) =>
  table(name, { columns: { id, score: col.real() }, rows, ...(kept ? { keptIn: kept } : {}), ...more });
const refused = (one: Definition, ...others: readonly Definition[]): string => {
  try {
    graph(one, ...others);
  } catch (error) {
    assert.ok(error instanceof EsteiraError);
    assert.equal(error.code, 'DEFINITION_INVALID');
    return `${error.details.what} ${error.details.got}`;
  }
  return 'nothing';
};

test('a copy is one file below the file store, CSV or Parquet', () => {
  const strange = [
    'a.json',
    'a.csv.gz',
    '../a.csv',
    '/a.csv',
    'a/*.csv',
    'a/{date}.csv',
    '.a/b.csv',
    'a\\b.csv',
    'csv',
    '',
  ];
  for (const path of strange)
    assert.match(refused(copied('gold.one', files(path))), /^gold\.one cannot be copied: this is no file/, path);
  for (const path of ['a.csv', 'a/b c/ç.parquet']) assert.equal(refused(copied('gold.one', files(path))), 'nothing');
});

test('a view is not copied, nor two tables to one place; what is copied is written in any way but update', () => {
  const app = postgres(env('BI_DATABASE_URL'));
  const csv = files('a.csv');
  assert.match(refused(copied('gold.one', csv, { write: 'view' })), /a view has no rows of its own/);
  assert.match(refused(copied('gold.one', csv, { write: 'update' })), /cannot be written that way/);
  for (const write of ['append', 'merge', 'replace'])
    assert.equal(refused(copied('gold.one', csv, { write })), 'nothing');
  for (const kept of [csv, app.copy('bi.one')])
    assert.match(
      refused(copied('gold.one', kept), copied('gold.two', kept)),
      /^gold\.one and gold\.two are copied to one place/,
    );
  assert.equal(
    refused(copied('gold.one', app.copy('bi.one')), copied('gold.two', app.copy('bi.two')), copied('gold.three', csv)),
    'nothing',
  );
});

test('beside a table that is copied stands what is known of its copies, and no receipts of rows', () => {
  const names = [...graph(copied('gold.one', files('a.csv'))).nodes.keys()];
  assert.deepEqual(names, ['shop.gold.one', 'shop.gold.one_copies']);
});
