import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Changing, daily } from './support/changing.ts';

const source = `export const landing = source('landing.sales', { reader: files('*.csv'), columns: { id: col.integer(), day: col.date(), value: col.text() } });
export const bronze = table('bronze.sales', { columns: landing.columns, rows: landing.unread, write: 'append' });\n`;
const versions = (read: string) => `${source}
export const versions = table('silver.versions', { columns: { id: col.integer().key(), value: col.text() }, write: 'append', rows: ${read} });
${daily('versions')}`;
const again = `bronze.since('day', { lookback: '9 days' })`;
const joined = `sql\`select id, b.value from \${${again}} as b join (select 1) as one on true\``;
const made = `from(${again}, ({ id, value }) => ({ id, value }))`;
const selected = `sql\`select id, value from \${${again}}\``;

for (const [how, read] of Object.entries({ 'of a join': joined, 'of a function': made, 'with an origin': selected })) {
  test(`an append ${how} that looks back takes in every version of a key once`, async () => {
    const shop = new Changing().define(versions(read));
    shop.file('1.csv', 'id,day,value\n1,2026-01-01,a\n1,2026-01-01,c\n2,2026-01-01,z\n');
    await shop.run('2026-01-01');
    shop.file('2.csv', 'id,day,value\n1,2026-01-02,b\n1,2026-01-02,d\n1,2026-01-02,e\n1,2026-01-02,f\n');
    await shop.run('2026-01-02');
    await shop.run('2026-01-03');
    const rows = await shop.rows('select id, value from silver.versions order by all');
    assert.deepEqual(rows.join(' '), '1,a 1,b 1,c 1,d 1,e 1,f 2,z');
  });
}

test('an append of what is new in a table that merges takes in every version of a key', async () => {
  const shop = new Changing().define(`${source}
    export const latest = table('silver.latest', { columns: { id: col.integer().key(), value: col.text() }, write: 'merge',
      rows: sql\`select id, value from \${bronze.since('day')}\` });
    export const versions = table('silver.versions', { columns: { id: col.integer().key(), value: col.text() }, write: 'append',
      rows: sql\`select id, value from \${latest.since('id')}\` });
    ${daily('versions')}`);
  for (const [index, value] of ['a', 'b', 'c'].entries()) {
    shop.file(`${index}.csv`, `id,day,value\n1,2026-01-01,${value}\n`);
    await shop.run(`2026-01-0${index + 1}`);
  }
  assert.deepEqual((await shop.rows('select value from silver.versions order by 1')).flat(), ['a', 'b', 'c']);
});
