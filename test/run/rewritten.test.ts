import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { Changing, daily } from './support/changing.ts';

// A table whose write mode is changed, with rows in it.

const source = `export const landing = source('landing.s', { reader: files('*.csv'), columns: { id: col.integer(), value: col.text() } });\n`;
const appended = `export const t = table('bronze.t', { columns: landing.columns, rows: landing.unread, write: 'append' });`;
const replaced = `export const t = table('bronze.t', { columns: landing.columns, rows: landing });`;
const silver = (write: string) => `${appended}
export const s = table('silver.s', { columns: { id: col.integer().key(), value: col.text() },
  rows: sql\`select id, value from \${t.since('id')}\`, ${write} });`;
const says = (code: string, text: RegExp) => (error: unknown) =>
  error instanceof EsteiraError && error.code === code && text.test(`${error.message} ${error.details.next}`);

test('a table that was replaced whole is appended to only when it is built again: its rows would come twice', async () => {
  const shop = new Changing().define(`${source}${replaced}${daily('t')}`);
  shop.file('1.csv', 'id,value\n1,a\n2,b\n');
  await shop.run('2026-01-01');
  shop.define(`${source}${appended}${daily('t')}`);
  shop.file('2.csv', 'id,value\n3,c\n');
  await assert.rejects(shop.run('2026-01-02'), says('SETUP_CONFLICT', /esteira reprocess bronze\.t/));
  assert.equal(await shop.ask('select count(*) from bronze.t'), 2);
  await shop.do('reprocess', { scope: 'bronze.t' });
  await shop.run('2026-01-03');
  assert.equal(await shop.ask('select count(*) from bronze.t'), 3);
  shop.define(`${source}${replaced}${daily('t')}`);
  await shop.run('2026-01-04');
  shop.define(`${source}${appended}${daily('t')}`);
  await assert.rejects(shop.run('2026-01-05'), says('SETUP_CONFLICT', /replaced it whole/));
});

test('a table that was appended to is merged when no key of it is there twice, else when it is built again', async () => {
  const shop = new Changing().define(`${source}${silver(`write: 'append'`)}${daily('s')}`);
  shop.file('1.csv', 'id,value\n1,a\n2,b\n');
  await shop.run('2026-01-01');
  const merged = `${source}${silver(`write: 'merge', duplicates: keepLatest('value')`)}${daily('s')}`;
  shop.define(merged);
  shop.file('2.csv', 'id,value\n1,c\n');
  await shop.run('2026-01-02');
  assert.equal((await shop.rows('select id, value from silver.s order by 1')).join(' '), '1,c 2,b');
  shop.define(`${source}${silver(`write: 'append'`)}${daily('s')}`);
  shop.file('3.csv', 'id,value\n1,d\n');
  await shop.run('2026-01-03');
  shop.define(merged);
  shop.file('4.csv', 'id,value\n2,e\n');
  await assert.rejects(
    shop.run('2026-01-04'),
    says('KEYS_REPEATED', /1 key is more than once.*esteira reprocess silver\.s/),
  );
  await shop.do('reprocess', { scope: 'silver.s' });
  assert.equal((await shop.rows('select id, value from silver.s order by 1')).join(' '), '1,d 2,e');
});
