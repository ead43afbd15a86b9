import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunView, StatusView } from '../../src/operate/views.ts';
import { definitions } from '../errors/case.ts';
import { Sandbox } from '../sandbox.ts';

const shop = definitions(`
export const landing = source('landing.orders', { reader: files('*.csv'), columns: { id: col.integer(), note: col.text().optional() } });
export const bronze = table('bronze.orders', { columns: landing.columns, rows: landing.unread, write: 'append', invalid: 'set aside' });
export const daily = job('daily', { when: byHand, build: [bronze] });
`);

test('what differs is told while the job runs, in its account, by status and in --json, once', async () => {
  const sandbox = new Sandbox({ 'definitions/shop.ts': shop, 'data/1.csv': 'id,note\n1,a\n' });
  await sandbox.succeed('setup');
  await sandbox.succeed('run', 'daily');
  sandbox.write({ 'data/2.csv': 'id,tax\n2,1\n', 'data/3.csv': 'id,note\n3,c\n4' });
  const { out, err } = await sandbox.run('run', 'daily', '--again');
  const gone =
    "landing.orders: no column note in 2.csv: its values are missing; is note called tax now? Then declare it with .alias('tax')";
  const told = [
    '3.csv could not be read and was set aside: it is cut off: its last line ends in the middle',
    'landing.orders: new column tax in 2.csv, not declared: it is ignored',
    gone,
  ];
  for (const text of told) assert.ok(`${out}${err}`.includes(text), `${text}: ${out}${err}`);
  const shown = await sandbox.succeed('show', 'latest');
  for (const text of told.slice(1)) assert.ok(shown.includes(text), shown);
  assert.match(shown, /3\.csv: it is cut off/);
  assert.match(
    await sandbox.succeed('status'),
    /^Files that are not what their sources declare\n {2}landing\.orders: new column tax/m,
  );

  sandbox.write({ 'data/3.csv': 'id,note,tax\n3,c,1\n4,d,1\n' });
  const run = await sandbox.ask<RunView>('run', 'daily', '--again');
  const [step] = run.steps;
  assert.deepEqual([step?.account?.in, step?.details?.badFiles], [2, []]);
  assert.deepEqual(
    step?.details?.drift?.map(({ how, column, path }) => [how, column, path]),
    [['new', 'tax', '2.csv']],
  );
  assert.notEqual(step?.details?.drift?.[0]?.run, run.runId);
  const { drift } = await sandbox.ask<StatusView>('status');
  assert.deepEqual(drift, step?.details?.drift);
});
