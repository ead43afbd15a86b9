import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { Changing, daily } from './support/changing.ts';
import { tamper } from './support/compare.ts';

// A table is lost (dropped by hand, or its file removed) and made again by set-up, under the same name.

const near = `export const landing = source('landing.sales', { reader: files('*.csv'), columns: { id: col.integer(), value: col.text() } });
export const bronze = table('bronze.sales', { columns: landing.columns, rows: landing.unread, write: 'append' });\n`;
/** Rows without an origin, which only what they say tells apart, and rows with a key; of another catalog. */
const far = `import { bronze } from './near.ts';
export const appended = table('silver.appended', { columns: { id: col.integer(), value: col.text() }, write: 'append',
  rows: sql\`select id, b.value from \${bronze.since('id')} as b join (select 1) as one on true\` });
export const merged = table('silver.merged', { columns: { id: col.integer().key(), value: col.text() }, write: 'merge',
  rows: sql\`select id, value from \${bronze.since('id')}\` });
export const shown = table('gold.shown', { columns: { id: col.integer() }, rows: sql\`select id from \${bronze}\`, write: 'view' });
export const counted = table('gold.counted', { columns: { n: col.integer() }, rows: sql\`select count(*) as n from \${shown}\` });
${daily('appended, merged, counted')}`;

const losses: Readonly<Record<string, (folder: string) => void | Promise<void>>> = {
  'dropped by hand': (folder) => tamper(folder, 'near', 'drop table bronze.sales'),
  'lost with its whole file': (folder) => rmSync(path.join(folder, 'warehouse', 'near.duckdb')),
};
for (const [how, lose] of Object.entries(losses)) {
  test(`a table that was ${how} is read from the start by those of another catalog, and nothing comes twice`, async () => {
    const shop = new Changing().define({ near, far });
    for (const day of [1, 2, 3]) {
      shop.file(
        `${day}.csv`,
        `id,value\n${day},a\n${day},a\n${day + 100},b\n`.replaceAll(`\n${day},a\n${day},a`, `\n${day},a`),
      );
      await shop.run(`2026-01-0${day}`);
    }
    await lose(shop.folder);
    // What is delivered meanwhile comes with the others: its number in the new table is below what was read of the old.
    shop.file('4.csv', 'id,value\n4,a\n104,b\n');
    await shop.run('2026-01-04');
    const wanted = '1,a 2,a 3,a 4,a 101,b 102,b 103,b 104,b';
    for (const table of ['appended', 'merged'])
      assert.equal(
        (await shop.rows(`select id, value from far.silver.${table} order by all`)).join(' '),
        wanted,
        table,
      );
    assert.equal(await shop.ask('select n from far.gold.counted'), 8);
    // As does what is delivered from then on.
    shop.file('5.csv', 'id,value\n5,a\n1,changed\n');
    await shop.run('2026-01-05');
    assert.equal(await shop.ask('select count(*) from far.silver.appended'), 10);
    assert.equal(await shop.ask('select value from far.silver.merged where id = 1'), 'changed');
    assert.equal(await shop.ask('select n from far.gold.counted'), 10);
    // A part of the job knows how far the other catalog is, also through a view of its own.
    shop.file('6.csv', 'id,value\n6,a\n');
    for (const select of ['bronze.sales', 'gold.counted']) await shop.run('2026-01-06', { select: [select] });
    assert.equal(await shop.ask('select n from far.gold.counted'), 11);
  });
}

const merging = `columns: { id: col.integer().key(), value: col.text() }, write: 'merge', duplicates: keepLatest('value')`;
const limited = `${near}
export const limits = settings('config.limits', { least: col.integer().default(9) });
export const middle = table('silver.middle', { ${merging}, rows: sql\`select id, value from \${bronze.since('id')}\` });
export const last = table('gold.last', { ${merging}, rows: sql\`select id, value from \${middle.since('id')}\` });
export const enough = check('enough', atLeast(scalar(sql\`select count(*) from \${last}\`), limits.least));
${daily('last')}`;

for (const [lost, tables] of Object.entries({
  'the table that was read': ['bronze.sales'],
  'a table that was published': ['silver.middle'],
  'the table that was to be written': ['gold.last'],
  'all of them': ['bronze.sales', 'silver.middle', 'gold.last'],
})) {
  test(`a run that failed goes on with ${lost} made again: it does not take what it published before for done`, async () => {
    const shop = new Changing().define(limited);
    await shop.do('setup', {});
    await shop.do('settings set', { name: 'config.limits.least', value: '1', by: 'ana' });
    shop.file('1.csv', 'id,value\n1,a\n2,a\n3,a\n');
    await shop.run('2026-01-01');
    await shop.do('settings set', { name: 'config.limits.least', value: '9', by: 'ana' });
    shop.file('2.csv', 'id,value\n3,b\n4,b\n');
    await assert.rejects(
      shop.run('2026-01-02'),
      (error) => error instanceof EsteiraError && error.code === 'CHECK_FAILED',
    );
    await tamper(shop.folder, 'shop', tables.map((table) => `drop table ${table}`).join(';'));
    await shop.do('settings set', { name: 'config.limits.least', value: '1', by: 'ana' });
    await shop.run('2026-01-02');
    assert.notEqual(await shop.ask('select count(*) from silver.middle'), 0);
    await shop.run('2026-01-03');
    const rows = await shop.rows('select id, value from gold.last order by 1');
    assert.equal(rows.join(' '), '1,a 2,a 3,b 4,b');
    assert.equal(await shop.ask('select count(*) from bronze.sales'), 5);
    assert.equal(await shop.ask('select count(*) from silver.middle'), 4);
  });
}
