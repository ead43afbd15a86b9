import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { tamper } from './support/compare.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const definitions = `import { col, cron, files, job, run, settings, source, sql, table } from 'esteira';
export const limits = settings('config.limits', { most: col.integer().default(5) });
export const landing = source('landing.n', { reader: files('*.csv'), columns: { n: col.integer() } });
export const bronze = table('bronze.n', { columns: landing.columns, rows: landing.unread, write: 'append' });
export const shown = table('gold.shown', { columns: { n: col.integer() }, rows: sql\`select n from \${bronze}\`, write: 'view' });
export const total = table('gold.total', { columns: { n: col.integer() }, rows: sql\`select cast(sum(n) as bigint) as n from \${shown}\` });
export const few = table('gold.few', { columns: { n: col.integer() }, rows: sql\`select n from \${bronze} where n <= \${limits.most}\` });
export const late = table('gold.late', { columns: { n: col.integer() }, rows: bronze, rules: { day: sql\`\${run.date} > date '2000-01-01' or n < 0\` } });
export const daily = job('daily', { when: cron('0 2 * * *'), build: [total, few, late] });
`;

/** Why a plan says that each table is evaluated, beside whether the run that follows evaluates it. */
async function planAndRun(world: World, date: string) {
  const { steps } = await world.do('plan', { job: 'daily', date });
  world.events.length = 0;
  await world.run('daily', date);
  const idle = new Set(world.events.flatMap((event) => (event.type === 'step' && event.unchanged ? [event.step] : [])));
  return Object.fromEntries(steps.map(({ label, step, why }) => [label, [why, idle.has(step)] as const]));
}

test('plan gives the reason for which the run evaluates a table, and has none for those that it leaves', async () => {
  const folder = temporaryFolder('plan');
  writeProject(folder, { catalog: 'shop', definitions });
  const world = await World.open(folder);
  await world.do('setup', {});
  writeFileSync(path.join(folder, 'files', 'a.csv'), 'n\n1\n');
  assert.deepEqual(await planAndRun(world, '2026-09-14'), {
    'bronze.n': ['never built', false],
    'gold.shown': ['shows its tables', false],
    'gold.total': ['never built', false],
    'gold.few': ['never built', false],
    'gold.late': ['never built', false],
  });
  const byDate = ["its rules or checks use the run's date or time", false] as const;
  assert.deepEqual(await planAndRun(world, '2026-09-15'), {
    'bronze.n': ['nothing new', true],
    'gold.shown': ['shows its tables', false],
    'gold.total': ['nothing new', true],
    'gold.few': ['nothing new', true],
    'gold.late': byDate,
  });
  await world.do('settings set', { name: 'config.limits.most', value: '3', by: 'ana' });
  writeFileSync(path.join(folder, 'files', 'b.csv'), 'n\n2\n');
  assert.deepEqual(await planAndRun(world, '2026-09-16'), {
    'bronze.n': ['new in landing.n: 1 file (b.csv)', false],
    'gold.shown': ['shows its tables', false],
    'gold.total': ['when gold.shown changes', false],
    'gold.few': ['config.limits.most: 5 → 3', false],
    'gold.late': byDate,
  });
  await world.close();
  await tamper(
    folder,
    'shop',
    `update _esteira.publication set definition = 'another', details = json_merge_patch(details, '{"definition":null}') where step like '%.n'`,
  );
  const again = await World.open(folder);
  const { steps, changed } = await again.do('plan', { job: 'daily', date: '2026-09-17' });
  assert.deepEqual([steps[0]?.reason, steps[0]?.why], ['definition', 'its definition has changed']);
  // What the other definition was is not known: only that there was one.
  assert.deepEqual(
    changed.map(({ label, means, what, next }) => [label, means, what, next]),
    [['bronze.n', 'rebuild', [], 'esteira reprocess bronze.n']],
  );
  await again.close();
});
