import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { inProcess } from '../crash/kill.ts';
import { Changing, daily } from '../run/support/changing.ts';
import { Looking, ofTheArrival } from '../run/support/compare.ts';

/** Tables that add rows of each day: one with a rule, one by key, one that replaces its day, one with versions; a table above them, and one below. */
const definitions = (more: string, most = 1000): string => `import { history, replaceEach } from 'esteira';
export const landing = source('landing.sales', { reader: files('*.csv'), columns: { id: col.integer(), n: col.integer() } });
export const bronze = table('bronze.sales', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const sales = table('silver.sales', { columns: { id: col.integer().key(), n: col.integer() }, write: 'merge',
  rows: sql\`select id, n ${more} as n from \${bronze.since('id')}\` });
export const days = table('gold.days', { columns: { day: col.date(), n: col.bigint() }, write: 'append',
  rows: sql\`select \${run.date} as day, sum(n) as n from \${sales}\` });
export const parts = table('gold.parts', { columns: { day: col.date(), id: col.integer(), n: col.integer() }, write: 'append', invalid: 'set aside',
  rules: { not_too_much: sql\`n <= ${most}\` }, rows: sql\`select \${run.date} as day, id, n from \${sales}\` });
export const newest = table('gold.newest', { columns: { id: col.integer().key(), day: col.date(), n: col.integer() }, write: 'merge', duplicates: keepLatest('day'),
  rows: sql\`select id, \${run.date} as day, n from \${sales}\` });
export const each = table('gold.each', { columns: { day: col.date(), id: col.integer(), n: col.integer() }, write: replaceEach('day'), invalid: 'set aside',
  rules: { not_too_much: sql\`n <= ${most}\` }, rows: sql\`select \${run.date} as day, id, n from \${sales}\` });
export const versions = table('gold.versions', { columns: { id: col.integer().key(), day: col.date(), n: col.integer() }, write: history({ at: 'day' }), invalid: 'set aside',
  rules: { not_too_much: sql\`n <= ${most}\` }, rows: sql\`select id, \${run.date} as day, n from \${sales}\` });
export const total = table('gold.total', { columns: { n: col.bigint() }, rows: sql\`select sum(n) as n from \${days}\` });
${daily('total, parts, newest, each, versions')}`;
const days = ['2026-01-01', '2026-01-02', '2026-01-03'] as const;

async function threeDays(): Promise<Changing> {
  const changing = new Changing().define(definitions(''));
  for (const [index, day] of days.entries()) {
    changing.file(`${index}.csv`, `id,n\n${index},${index + 1}\n${10 + index},${100 * (index + 1)}\n`);
    await changing.run(day);
  }
  return changing;
}
async function differences(changing: Changing, text: string): Promise<readonly string[]> {
  const anew = new Changing().define(text);
  cpSync(path.join(changing.folder, 'files'), path.join(anew.folder, 'files'), { recursive: true });
  for (const day of days) await anew.run(day);
  const looking = await Looking.at({ nothing: anew.folder, changed: changing.folder }, 'shop');
  try {
    return await looking.differences('nothing', 'changed', { without: ofTheArrival });
  } finally {
    looking.close();
  }
}
const whole = { scope: 'silver', from: '2026-01-01', to: '2026-01-03' } as const;

test('with dates tables that add rows of each day are built again, between what stands above them and below', async () => {
  const changing = await threeDays();
  const text = definitions('* 2', 350);
  changing.define(text);
  const view = await changing.do('reprocess', { ...whole, dryRun: true });
  assert.deepEqual(view.steps.map(({ label, how }) => `${label} ${how}`).toSorted(), [
    'gold.days date',
    'gold.each date',
    'gold.newest date',
    'gold.parts date',
    'gold.total anew',
    'gold.versions date',
    'silver.sales anew',
  ]);
  await changing.do('reprocess', whole);
  assert.deepEqual(await differences(changing, text), []);
  const { runs } = await changing.do('runs', { job: 'reprocess silver' });
  assert.deepEqual(
    runs.map(({ date }) => date.slice(-2)),
    ['03', '03', '02', '01', '03'],
  );
  for (const table of ['parts', 'each', 'versions']) {
    const moved = `select sum(case move when 'released' then -1 else 1 end) from shop._esteira.invalid_ledger where target = 'gold.${table}'`;
    assert.equal(await changing.ask(`select (select count(*) from gold.${table}_invalidos) = (${moved})`), true, table);
  }
  // The days themselves are done as they were.
  assert.equal((await changing.run('2026-01-02')).alreadyDone, true);
});

test('only the days that are named are built again', async () => {
  const changing = await threeDays();
  const before = await changing.rows('select * from gold.days order by day');
  changing.define(definitions('* 2'));
  await changing.do('reprocess', { scope: 'silver', from: '2026-01-02', to: '2026-01-02' });
  const after = await changing.rows('select * from gold.days order by day');
  assert.deepEqual([after[0], after[2]], [before[0], before[2]]);
  assert.notDeepEqual(after[1], before[1]);
  assert.equal(await changing.ask('select n from gold.total'), await changing.ask('select sum(n) from gold.days'));
});

test('without dates they are left as they are, and named', async () => {
  const changing = await threeDays();
  const { kept } = await changing.do('reprocess', { scope: 'silver' });
  assert.deepEqual(kept.map(({ step }) => step).toSorted(), [
    'shop.gold.days',
    'shop.gold.each',
    'shop.gold.newest',
    'shop.gold.parts',
    'shop.gold.versions',
  ]);
  assert.equal(await changing.ask('select count(*) from gold.days'), 3);
  for (const input of [{ scope: 'gold.days' }, { ...whole, to: undefined }, { ...whole, invalid: true }])
    await assert.rejects(changing.do('reprocess', input as never), EsteiraError);
});

test('one that was killed in the middle of its days goes on by the same words', async () => {
  const changing = await threeDays();
  const text = definitions('* 2', 350);
  changing.define(text);
  const command = { name: 'reprocess', input: whole, now: '2026-02-01T00:00:00Z' } as const;
  assert.equal((await inProcess(changing.folder, [command], 'committed@5')).killedAt, 0);
  await changing.do('reprocess', whole);
  assert.deepEqual(await differences(changing, text), []);
});
