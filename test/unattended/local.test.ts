// The folder that ESTEIRA_LOCAL names, where a variable holds for more than one project.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

const shop = definitions(`
export const landing = source('landing.orders', { reader: files('*.csv'), columns: { id: col.integer() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`);

test('two projects with one local folder are told apart: the second touches nothing of the first', async () => {
  const first = new Sandbox({ 'definitions/shop.ts': shop, 'data/1.csv': 'id\n1\n' });
  const second = first.copy();
  const config = readFileSync(first.file('esteira.config.ts'), 'utf8');
  second.write({ 'esteira.config.ts': config.replace("name: 'shop'", "name: 'office'") });
  const env = { ESTEIRA_LOCAL: first.file('local') };
  const owner = first.start(['start'], { env });
  await owner.says(/Started|owns|No job/i);
  const refused = await second.start(['setup'], { env }).ended;
  assert.equal(refused.exit, 2, refused.out + refused.err);
  assert.match(refused.err, /FOLDER_NOT_EMPTY: The folder that ESTEIRA_LOCAL names is that of another project/);
  assert.ok(!existsSync(first.file('warehouse/shop.duckdb')), 'not carried out by the owner of the first');
  // Another checkout of the same project is the same project.
  const same = await first.copy().start(['setup'], { env }).ended;
  assert.equal(same.exit, 0, same.out + same.err);
  assert.ok(existsSync(first.file('warehouse/shop.duckdb')), 'its owner has done it');
  owner.signal('SIGINT');
  await owner.ended;
});
