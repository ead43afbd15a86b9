import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const folder = temporaryFolder('hour');
writeProject(folder, {
  catalog: 'shop',
  definitions: `import { byHand, col, cron, files, job, source, sql, table } from 'esteira';
export const events = source('landing.events', { reader: files('events/{date}.csv'), hour: 'happened', columns: { id: col.integer(), happened: col.timestamp().optional() } });
export const bronze = table('bronze.events', { columns: { id: col.integer(), happened: col.timestamp() }, rows: sql\`select id, happened from \${events}\`, write: 'append', invalid: 'set aside' });
export const hourly = job('hourly', { when: cron('5 * * * *'), build: [bronze] });
export const once = job('once', { when: cron('5 9 * * *'), build: [bronze] });
export const plain = table('gold.plain', { columns: { n: col.integer() }, rows: sql\`select 1 as n\` });
export const nightly = job('nightly', { when: cron('15 2 * * *'), build: [plain] });
`,
});
mkdirSync(path.join(folder, 'files', 'events'), { recursive: true });
for (const day of [4, 5]) {
  const times = ['00:00:00', '22:59:59', '23:00:00', '23:59:59'].map((time) => `2026-03-0${day}T${time}Z`);
  const lines = [...times, ''].map((at, index) => `${day * 10 + index},${at}`);
  writeFileSync(path.join(folder, 'files', 'events', `2026-03-0${day}.csv`), `id,happened\n${lines.join('\n')}\n`);
}
const world = await World.open(folder, '2026-03-05T00:05:00Z');
after(() => world.close());
const ids = async () => (await world.rows("select string_agg(id, ',' order by id) from bronze.events"))[0]?.[0];

test('a job of each hour reads the one before it was due, also of the day before; what has no time is of the first', async () => {
  await world.do('setup', {});
  await world.run('hourly');
  assert.equal(await ids(), '42,43', 'those of 23:00');
  assert.equal((await world.run('hourly', '2026-03-04T23')).alreadyDone, true);
  await world.run('hourly', '2026-03-05T00');
  assert.equal(await ids(), '42,43,50');
  assert.deepEqual(await world.rows('select _original from bronze.events_invalidos'), [['{"id":54,"happened":null}']]);
  await world.run('hourly', '2026-03-05T00', { again: true });
  assert.equal(await ids(), '42,43,50');
});

test('an hour after which the job is not due is refused, and dates that have many are no backfill', async () => {
  await assert.rejects(world.run('nightly', '2026-03-04T01'), /reads no hours/);
  await assert.rejects(world.run('once', '2026-03-04T09'), {
    code: 'COMMAND_UNKNOWN',
    message: /in the hour after 2026-03-04T09/,
  });
  await assert.rejects(
    world.do('backfill', { job: 'hourly', from: '2026-03-04', to: '2026-03-05' }),
    /reads hours, of which a date has many/,
  );
});
