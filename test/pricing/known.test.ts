import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Manifest } from '../../pipelines/pricing/data/generate.ts';
import { trainingWindow } from '../../pipelines/pricing/definitions/3-training.ts';
import { Desk } from './desk.ts';

let desk: Desk;
let manifest: Manifest;
before(async () => {
  desk = await Desk.open({ lastDate: '2026-09-30', days: 32, products: 6, regions: 2, seed: 3 });
});
after(() => desk.close());

const window = `select ${Object.keys(trainingWindow.columns).join(', ')} from gold.training_window order by date, sku, region`;
/** The training set of a date, made by the run that was due then. */
async function learned(date: string, again = false): Promise<{ hash: string; rows: number; units: number }> {
  await desk.world.do('run', { job: 'pricing_retreino', date, again, select: ['+gold.training_window'] });
  const rows = await desk.world.rows(window);
  const [[units] = []] = await desk.world.rows('select sum(units) from gold.training_window');
  return {
    hash: createHash('sha256').update(JSON.stringify(rows)).digest('hex'),
    rows: rows.length,
    units: Number(units),
  };
}
const unitsUntil = (date: string): number =>
  manifest.days.reduce((sum, day) => sum + (day.date <= date ? day.units : 0), 0);

test('what is put right, or comes late, is learned by the next run, and changes nothing of what an earlier one had learned from', async () => {
  manifest = await desk.night('2026-09-27');
  const [wrong, late] = ['2026-09-25', '2026-09-27'].map((date) => manifest.days.find((day) => day.date === date));
  assert.deepEqual([wrong?.corrected, late?.delivered], ['2026-09-28', '2026-09-29']);
  assert.ok((wrong?.corrections ?? 0) > 0);
  const first = await learned('2026-09-27');
  assert.ok(first.units > unitsUntil('2026-09-26'), 'what was wrong was learned from');
  for (const date of ['2026-09-28', '2026-09-29', '2026-09-30']) await desk.night(date);
  const last = await learned('2026-09-30');
  assert.equal(last.units, unitsUntil('2026-09-30'), 'all of it is right by now');
  assert.equal(last.rows, first.rows + 4 * 12);
  assert.deepEqual(await learned('2026-09-27', true), first);
  // What was known is kept, and not made again of what is known by now.
  await desk.world.do('reprocess', { scope: 'silver' });
  assert.deepEqual(await learned('2026-09-27', true), first);
  assert.deepEqual(await learned('2026-09-30', true), last);
});

test('a sale that is put right under another day counts on both until its pieces are taken from the former one, and that is said', async () => {
  const folder = path.join(desk.folder, 'data', 'sales');
  const [head = '', line = ''] = readFileSync(path.join(folder, '2026-09-26.csv'), 'utf8').split('\n');
  const cells = (change: Readonly<Record<string, string>>): string =>
    line
      .split(',')
      .map((cell, index) => change[head.split(',')[index] ?? ''] ?? cell)
      .join();
  const night = async (name: string, of: Readonly<Record<string, string>>) => {
    writeFileSync(path.join(folder, name), `${head}\n${cells(of)}\n`);
    const { steps } = await desk.world.do('run', {
      job: 'pricing_diario',
      date: '2026-09-30',
      again: true,
      select: ['+master_table'],
    });
    return steps.flatMap((step) => step.details?.warnings ?? []).filter((one) => /em dois dias/.test(one));
  };
  const moved = { date: '2026-09-29', recorded_at: '2026-10-01T02:00:00Z' };
  assert.match((await night('2026-09-30-outro-dia.csv', moved))[0] ?? '', /^nenhuma venda conta em dois dias: 1/);
  assert.deepEqual(await night('2026-09-30-sem-pecas.csv', { units: '0', recorded_at: '2026-10-01T02:00:00Z' }), []);
});
