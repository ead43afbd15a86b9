import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EsteiraError } from '../../src/errors.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const words = `import { atMost, check, col, cron, expectNone, files, invalidShare, job, settings, source, sql, table } from 'esteira';\n`;
const daily = (build: string) => `export const daily = job('daily', { when: cron('0 2 * * *'), build: [${build}] });\n`;

/** A shop whose sales are judged in silver: one of three has no number as its quantity. */
async function open(more: string): Promise<World> {
  const folder = temporaryFolder('told');
  const definitions = `${words}
export const landing = source('landing.sales', { reader: files('*.csv'), columns: { id: col.integer().optional(), quantity: col.integer().optional() } });
export const sales = table('silver.sales', {
  columns: { id: col.integer().key(), quantity: col.integer().min(1) },
  rows: sql\`select id, quantity from \${landing.unread}\`, write: 'append', invalid: 'set aside' });
${more}${daily('sales')}`;
  writeProject(folder, { catalog: 'shop', definitions });
  const world = await World.open(folder);
  writeFileSync(path.join(folder, 'files', 'a.csv'), 'id,quantity\n1,5\n2,many\n3,0\n');
  await world.do('setup', {});
  return world;
}

test('show of a table of invalid rows names its flags, and neither keys nor rules of its own', async () => {
  const world = await open('');
  await world.run('daily', '2026-09-16');
  const shown = await world.do('show', { name: 'silver.sales_invalidos' });
  assert.ok('columns' in shown);
  assert.deepEqual(
    shown.columns.filter((column) => column.key || column.rules.length > 0),
    [],
  );
  assert.deepEqual(shown.flags, ['id_present', 'id_kind', 'quantity_present', 'quantity_kind', 'quantity_min']);
  const names = shown.sample?.columns.map(({ name }) => name) ?? [];
  assert.ok(['id', 'quantity', '_original', '_run', '_seq', 'quantity_min'].every((name) => names.includes(name)));
  const run = await world.do('show', { name: 'latest' });
  assert.equal('runId' in run && run.suffix, '_invalidos');
  const own = await world.do('show', { name: 'silver.sales' });
  assert.ok('columns' in own && own.columns[0]?.key && own.flags === undefined);
  await world.close();
});

test('rows that were set aside since the last run are read as those of any table', async () => {
  const world = await open(`export const log = table('silver.log', { columns: { row: col.text(), run: col.text() },
  rows: sql\`select _rid as row, run_id as run from \${sales.invalid.since('refused_at')}\`, write: 'append' });
export const logs = job('logs', { when: cron('0 2 * * *'), build: [log] });\n`);
  const first = await world.run('logs', '2026-09-15');
  writeFileSync(path.join(world.folder, 'files', 'b.csv'), 'id,quantity\n4,0\n');
  const second = await world.run('logs', '2026-09-16');
  await world.run('logs', '2026-09-17');
  assert.deepEqual(await world.rows('select row, run from silver.log order by row'), [
    ['a.csv:0000000002', first.runId],
    ['a.csv:0000000003', first.runId],
    ['b.csv:0000000001', second.runId],
  ]);
  await world.close();
});

test('a check of the share of invalid rows that blocks names the rules and some of the rows', async () => {
  const world = await open(`export const few = check('few invalid', atMost(invalidShare(sales), 0.1));\n`);
  await assert.rejects(world.run('daily', '2026-09-16'), (error) => {
    assert.ok(error instanceof EsteiraError && error.code === 'CHECK_FAILED');
    const [first, flags = '', ...rows] = error.details.got?.split('\n') ?? [];
    assert.equal(first, 'invalid share: 0.6667 (2 of 3)');
    assert.match(flags, /quantity_kind 1/);
    assert.match(flags, /quantity_min 1/);
    assert.deepEqual(rows, ['{"id":2,"quantity":null}', '{"id":3,"quantity":0}']);
    return true;
  });
  await world.close();
});

test('a check that only warns shows a row that it found', async () => {
  const world = await open(
    `export const none = check('none above four', expectNone(sql\`select id from \${sales} where quantity > 4\`), { otherwise: 'warn' });\n`,
  );
  const { steps } = await world.run('daily', '2026-09-16');
  assert.deepEqual(
    steps.flatMap((step) => step.details?.warnings ?? []),
    ['none above four: 1, and the limit is <= 0; such as {"id":1}'],
  );
  await world.close();
});

test('a day that has not come yet is said, and runs', async () => {
  const world = await open('');
  assert.equal((await world.run('daily', '2027-01-01')).state, 'succeeded');
  const notes = () => world.events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  assert.deepEqual(notes(), ['note: 2027-01-01 has not come yet']);
  await world.run('daily', '2026-09-17');
  assert.equal(notes().length, 1);
  await world.close();
});

test('runs and status of a job know the runs of its parts', async () => {
  const world = await open('');
  const whole = await world.run('daily', '2026-09-15');
  const part = await world.do('run', { job: 'daily', date: '2026-09-16', select: ['silver.*'] });
  const { runs } = await world.do('runs', { job: 'daily' });
  assert.deepEqual(
    runs.map(({ runId, job }) => [runId, job]),
    [
      [part.runId, 'daily:silver.*'],
      [whole.runId, 'daily'],
    ],
  );
  const [job] = (await world.do('status', {})).jobs;
  assert.deepEqual([job?.last?.runId, job?.lastPart?.runId], [whole.runId, part.runId]);
  await world.close();
});

test('a setting says why it was changed last', async () => {
  const world = await open(`export const limits = settings('config.limits', { most: col.integer().default(1) });\n`);
  const set = (value: string, reason?: string) =>
    world.do('settings set', { name: 'config.limits.most', value, by: 'ana', ...(reason ? { reason } : {}) });
  await set('2', 'a campaign');
  assert.equal((await world.do('settings', {})).settings[0]?.reason, 'a campaign');
  await set('3');
  assert.equal((await world.do('settings', {})).settings[0]?.reason, undefined);
  await world.close();
});
