import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { type Definition, env, sql, table } from '../define/index.ts';
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
