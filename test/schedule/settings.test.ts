import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AnySettings, Node } from '../../src/graph/index.ts';
import { Kept } from './kept.ts';

const definitions = `import { col, cron, job, run, settings, sql, table } from 'esteira';

export const limits = settings('config.limits', { due: col.text().default('0 12 * * *'), most: col.integer().max(9).default(1) });
const due = { due_at: col.timestamp(), day: col.date() };
export const kept = table('silver.kept', { columns: due, rows: sql\`select \${run.at} as due_at, \${run.date} as day\`, write: 'append' });
export const daily = job('daily', { when: cron(limits.due, { missed: 'run each' }), build: [kept] });
`;
const open = (now: string) => Kept.open(now, { definitions, setup: ['config', 'silver'] });
const set = ({ world }: Kept, value: string, name = 'config.limits.due') =>
  world.do('settings set', { name, value, by: 'ana', reason: 'campaign' });
/** As a client of the engine writes it, of which the history knows nothing. */
async function setBySql({ world: { project } }: Kept, row: Readonly<Record<string, unknown>>): Promise<void> {
  const settings = [...project.graph.nodes.values()].find(({ id }) => id === 'desk.config.limits') as Node<AnySettings>;
  const { columns } = settings.definition;
  const place = { catalog: 'desk', schema: 'config', table: 'limits' };
  await project.warehouse.replaceRows(place, columns, [{ due: '0 12 * * *', most: 1, ...row }]);
}
const times = async ({ world }: Kept): Promise<readonly unknown[]> =>
  (await world.rows(`select strftime(due_at, '%d %H:%M') from silver.kept order by due_at`)).map(([time]) => time);

test('a schedule that a person changes is the one from then on, without a restart: its day is run at once if its time is over', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  const { world } = kept;
  world.setClock('2026-03-01T12:00:00Z');
  await kept.says(/daily succeeded/);
  // 06:00 of this day has passed, and 12:00 is no time any more.
  world.setClock('2026-03-02T10:00:00Z');
  await set(kept, '0 6 * * *');
  await kept.says(/daily is due 0 6 \* \* \* UTC \(config\.limits\.due\) from 2026-03-02T10:00:00Z on/);
  await kept.says(/daily succeeded/, 2);
  await kept.says(/waits for daily, due 2026-03-03T06:00:00Z/);
  world.setClock('2026-03-02T23:00:00Z');
  await sleep(300);
  assert.equal(kept.said(/daily begins/).length, 2);
  world.setClock('2026-03-03T06:00:00Z');
  await kept.says(/daily succeeded/, 3);
  assert.deepEqual(await times(kept), ['01 12:00', '02 10:00', '03 06:00']);
  assert.deepEqual(await kept.days('silver.kept'), ['01', '02', '03']);
  const { jobs, missed } = await world.do('status', {});
  assert.deepEqual([jobs[0]?.when, jobs[0]?.next], ['0 6 * * * UTC (config.limits.due)', '2026-03-04T06:00:00Z']);
  assert.deepEqual(missed, []);
  const plan = await world.do('plan', { job: 'daily' });
  assert.equal(plan.logicalTime, '2026-03-03T06:00:00Z');
  const before = await world.do('plan', { job: 'daily', date: '2026-03-01' });
  assert.equal(before.logicalTime, '2026-03-01T12:00:00Z', 'a day of before is the run that it had');
  const again = await world.run('daily', '2026-03-01');
  assert.equal(again.alreadyDone, true);
  const changed = await world.run('daily', '2026-03-02');
  assert.equal(changed.alreadyDone, true, 'so is the day of the change');
  await kept.close();
});

test('while nobody keeps the schedules, each missed time is one of the schedule that held then', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  const { world } = kept;
  await kept.halt();
  world.setClock('2026-03-03T10:00:00Z');
  await set(kept, '0 6 * * *');
  world.setClock('2026-03-05T07:00:00Z');
  kept.start();
  await kept.says(/daily succeeded/, 5);
  await kept.says(/waits for daily, due 2026-03-06T06:00:00Z/);
  assert.deepEqual(await times(kept), ['01 12:00', '02 12:00', '03 10:00', '04 06:00', '05 06:00']);
  await kept.close();
});

test('a change by a clock that is ahead holds from when it was found: nothing is due in the past, and what was due before stays', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  const { world } = kept;
  await kept.halt();
  world.setClock('2026-03-03T10:05:00Z');
  await set(kept, '0 6 * * *');
  world.setClock('2026-03-03T10:00:00Z');
  kept.start();
  await kept.says(/daily succeeded/, 3);
  await kept.says(/waits for daily, due 2026-03-04T06:00:00Z/);
  assert.deepEqual(await times(kept), ['01 12:00', '02 12:00', '03 10:00']);
  const { changes } = await world.do('settings history', { name: 'config.limits.due' });
  const own = changes.filter(({ by }) => by === 'ana');
  assert.deepEqual(
    own.map(({ at, after }) => [at.slice(0, 16), after]),
    [
      ['2026-03-03T10:05', '0 6 * * *'],
      ['2026-03-03T10:00', '0 6 * * *'],
    ],
  );
  await kept.halt();
  world.setClock('2026-03-04T06:00:00Z');
  kept.start();
  await kept.says(/daily succeeded/);
  assert.deepEqual(await times(kept), ['01 12:00', '02 12:00', '03 10:00', '04 06:00'], 'its own time changes nothing');
  await kept.close();
});

test('a schedule that was changed by SQL holds from when it was found, also for who keeps it later', async () => {
  const kept = await open('2026-03-01T13:00:00Z');
  const { world } = kept;
  await setBySql(kept, { due: '0 6 * * *' });
  await kept.says(/daily is due 0 6/);
  await kept.halt();
  const { changes } = await world.do('settings history', { name: 'config.limits.due' });
  assert.deepEqual(
    [changes[0]?.by, changes[0]?.before, changes[0]?.after, changes[0]?.at.slice(0, 16)],
    ['sql', '0 12 * * *', '0 6 * * *', '2026-03-01T13:00'],
  );
  world.setClock('2026-03-02T13:00:00Z');
  kept.start();
  await kept.says(/waits for daily, due 2026-03-03T06:00:00Z/);
  assert.deepEqual(await times(kept), ['02 06:00']);
  await kept.close();
});

test('a schedule that cannot be read is refused where it is set; written by SQL it is told, its times stay, and their runs say so', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  const { world } = kept;
  await assert.rejects(set(kept, '0 25 * * *'), /SETTING_INVALID|says when daily is due, and cannot be read/);
  await assert.rejects(set(kept, '0 0 30 2 *'), /cannot be read/);
  await assert.rejects(
    world.do('settings sql', { sql: "update config.limits set due = 'at noon'", by: 'ana' }),
    /cannot be read/,
  );
  await setBySql(kept, { due: 'at noon' });
  await kept.says(/daily SETTING_INVALID: The setting config\.limits\.due says when daily is due, and cannot be read/);
  const { jobs } = await world.do('status', {});
  assert.match(
    jobs[0]?.when ?? '',
    /^SETTING_INVALID: The setting .* cannot be read\. It goes by 0 12 \* \* \* UTC \(config\.limits\.due\)\.$/,
  );
  assert.equal(jobs[0]?.next, '2026-03-01T12:00:00Z');
  await assert.rejects(world.do('plan', { job: 'daily' }), /cannot be read/);
  world.setClock('2026-03-01T12:00:00Z');
  await kept.says(/daily tries again at/);
  assert.equal(kept.said(/cannot be read/).length, 2, 'once when it was found, once of the run that could not begin');
  await set(kept, '30 12 * * *');
  world.setClock('2026-03-01T12:30:00Z');
  await kept.says(/daily succeeded/, 2);
  assert.deepEqual(await times(kept), ['01 12:00', '01 12:30']);
  await kept.close();
});

test('another setting of the table that is refused keeps a new schedule from holding, and is told', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  await setBySql(kept, { due: '0 10 * * *', most: 10 });
  await kept.says(/daily SETTING_INVALID: The setting config\.limits\.most/);
  assert.equal(kept.said(/daily is due/).length, 0);
  await setBySql(kept, { due: '0 10 * * *' });
  await kept.says(/daily is due 0 10/);
  await kept.close();
});

test('settings say which job goes by them', async () => {
  const kept = await open('2026-03-01T09:00:00Z');
  const { settings } = await kept.world.do('settings', {});
  const rules = settings.find(({ name }) => name === 'config.limits.due')?.rules;
  assert.deepEqual(rules, ['schedule of daily (UTC)']);
  await kept.close();
});
