import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import type { World } from '../run/support/world.ts';
import { begin, definitions, lineOf, run, table } from './world.ts';

/** With a text that whoever fills the files may write, and exact numbers. */
const withTexts = definitions
  .replace(
    '  columns,\n  rows: landing,',
    `  columns: { ...columns, name: col.text(), exact: col.decimal(9, 3) },
  rows: sql\`select *, '=1+' || sku as name, cast(price / 3 as decimal(9, 3)) as exact from \${landing}\`,`,
  )
  .replace('show: {', "show: { exact: sql`exact`, code: sql`sku || '.5'`,");

async function imported(world: World, csv: string, by = 'ana'): Promise<readonly string[]> {
  try {
    const { lines } = await world.do('approvals import', { name: table, csv, by });
    return lines.map(({ of, state }) => `${of.replace(/.*sku /, '')} ${state}`);
  } catch (error) {
    if (error instanceof EsteiraError) return [error.code, error.details.got ?? ''];
    throw error;
  }
}

test('a file crosses a spreadsheet that writes 9,90: what it has made of other cells is no change, and what somebody has typed is read', async () => {
  const world = await begin(
    ['00123', 'B', 'C', 'D'].map((sku) => ({ sku, to: 10.4 })),
    withTexts,
  );
  await run(world, 'propose');
  const { csv } = await world.do('approvals export', { name: table, decimalMark: ',' });
  assert.match(csv, /;2026-09-17;B;10;"10,4";100;'=1\+B;"3,333";"3,333";B\.5;10;4;/);
  assert.match(csv, /;"3,333";00123\.5;10;4;/);
  const saved = csv
    .replace(';00123;', ';123;')
    .replaceAll('2026-09-17;', '17/09/2026;')
    .replaceAll('"', '')
    .replaceAll(';3,333;', ';3,33;')
    .replace(/(;B;.*;)10,4(;100;.*);;\r/, '$110,45$2;;\r')
    .replace(/(;C;.*);;\r/, '$1;approve;\r');
  assert.notEqual(saved, csv);
  assert.deepEqual(await imported(world, saved), ['B edited', 'C approved']);
  assert.deepEqual((await lineOf(world, 'B')).edited, { recommended_price: 10.45 });
  assert.equal((await lineOf(world, '00123')).state, 'proposed');
  await world.close();
});

test('a file of dots takes what is typed with a comma, and refuses what may be a thousand', async () => {
  const world = await begin(
    ['A', 'B'].map((sku) => ({ sku, to: 10.4 })),
    withTexts,
  );
  await run(world, 'propose');
  const { csv } = await world.do('approvals export', { name: table });
  const typed = (text: string): string => csv.replace(/(,A,.*,)10\.4(,100,)/, `$1${text}$2`);
  assert.deepEqual(await imported(world, typed('"1,234"')), ['FILE_UNUSABLE', 'recommended_price 1,234 in row 2']);
  assert.deepEqual(await imported(world, typed('R$ 9')), ['FILE_UNUSABLE', 'recommended_price R$ 9 in row 2']);
  assert.deepEqual(await imported(world, csv.replace(',B,10,', ',B,11,')), ['FILE_UNUSABLE', 'price 11 in row 3']);
  assert.deepEqual(await imported(world, typed('"10,35"')), ['A edited']);
  assert.deepEqual((await lineOf(world, 'A')).edited, { recommended_price: 10.35 });
  await world.close();
});
