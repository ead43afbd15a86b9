import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kept } from './kept.ts';

const definitions = `import { always, byHand, check, col, cron, env, expectNone, files, job, run, settings, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

export const limits = settings('config.limits', { most: col.integer().default(0) });
const due = { due_at: col.timestamp(), day: col.date() };
export const kept = table('silver.kept', { columns: due, rows: sql\`select \${run.at} as due_at, \${run.date} as day\`, write: 'append' });
export const few = check('few', expectNone(sql\`select day from \${kept} where day = date '2026-03-02' and \${limits.most} = 0\`));
export const each = job('each', { when: cron('0 2 * * *', { missed: 'run each' }), build: [kept] });

export const newer = table('silver.newer', { columns: due, rows: sql\`select \${run.at} as due_at, \${run.date} as day\` });
export const later = job('later', { when: cron('0 5 4 3 *'), build: [newer] });

export const people = source('postgres_public.people', { reader: postgres(env('DESK_URL')).changes('people'), columns: { id: col.integer().optional() } });
export const streaming = job('streaming', { when: always, build: [people] });
`;

const opened = (now: string, { setup = ['config', 'silver.kept'] }: { readonly setup?: readonly string[] } = {}) =>
  Kept.open(now, { definitions, setup });

test('a date whose run failed is tried once more with the next one, before it; a mended one then succeeds', async () => {
  const kept = await opened('2026-03-01T12:00:00Z');
  const { world } = kept;
  world.setClock('2026-03-02T02:00:00Z');
  await kept.says(/each CHECK_FAILED/);
  world.setClock('2026-03-02T12:00:00Z');
  await sleep(200);
  assert.equal(kept.said(/each begins/).length, 1, 'not tried again before another time comes');
  world.setClock('2026-03-03T02:00:00Z');
  await kept.says(/each succeeded/);
  assert.equal(kept.said(/each CHECK_FAILED/).length, 2);
  assert.deepEqual(await kept.days('silver.kept'), ['03']);
  const { waiting } = await world.do('status', {});
  assert.deepEqual(
    waiting.map(({ date, run }) => [date, run]),
    [['2026-03-02', 'failed']],
  );
  await world.do('settings set', { name: 'config.limits.most', value: '1', by: 'test' });
  world.setClock('2026-03-04T02:00:00Z');
  await kept.says(/each succeeded/, 3);
  assert.deepEqual(await kept.days('silver.kept'), ['02', '03', '04']);
  const view = await kept.close();
  assert.deepEqual(view?.runs, { succeeded: 3, failed: 2 });
});

test('what could not even begin is tried again after a while, ever more seldom, until it can', async () => {
  const kept = await opened('2026-03-04T04:00:00Z');
  const { world } = kept;
  for (const [time, tries] of [
    ['05:00:00', 1],
    ['05:01:00', 2],
    ['05:03:00', 3],
  ] as const) {
    world.setClock(`2026-03-04T${time}Z`);
    await kept.says(/later SETUP_NEEDED/, tries);
  }
  await kept.says(/later tries again at 2026-03-04T05:07:00Z/);
  await world.do('setup', { target: 'silver.newer' });
  world.setClock('2026-03-04T05:06:59Z');
  await sleep(200);
  assert.equal(kept.said(/later begins/).length, 0);
  world.setClock('2026-03-04T05:07:00Z');
  await kept.says(/later succeeded/);
  assert.deepEqual(await kept.world.rows('select due_at::text from silver.newer'), [['2026-03-04 05:00:00+00']]);
  await kept.close();
});

test('a run that a person cancels is named, and not begun again', async () => {
  const kept = await opened('2026-03-04T04:00:00Z', { setup: ['config', 'silver'] });
  const { world } = kept;
  const { state, holder } = world.project;
  const due = Temporal.Instant.from('2026-03-05T02:00:00Z');
  const open = async (runId: string, job: string) => {
    const run = await state.open({
      ...{ runId, job, date: Temporal.PlainDate.from('2026-03-05'), logicalTime: due, zone: 'UTC', reason: 'manual' },
      ...{
        plan: [],
        params: {},
        settings: {},
        steps: [],
        targets: ['desk.silver.kept'],
        again: false,
        holder,
        now: due,
      },
    });
    assert.ok(run.opened === 'new');
    return run.held;
  };
  const other = await open('in-the-way', 'another');
  world.setClock(due.toString());
  await kept.says(/each waits: Job another is running and writes desk\.silver\.kept/);
  await state.finish(other, 'succeeded', undefined, due);
  const held = await open('by-a-person', 'each');
  await kept.says(/each waits: Job each is running/);
  await state.finish(held, 'cancelled', undefined, due);
  await kept.says(/each not run \(due 2026-03-05T02:00:00Z\): its run by-a-person was cancelled/);
  const { missed } = await world.do('runs', {});
  assert.deepEqual(
    missed.map(({ date }) => date),
    ['2026-03-05'],
  );
  assert.equal(kept.said(/each begins/).length, 0);
  await kept.close();
});

test('what streams is brought in as it arrives; where nothing has arrived there is no run', async () => {
  const kept = await opened('2026-03-04T04:00:00Z', { setup: ['config', 'postgres_public'] });
  const { world } = kept;
  const land = (file: string, id: number): void => {
    const folder = path.join(world.folder, 'files', 'postgres_public', 'people');
    mkdirSync(folder, { recursive: true });
    const row = { id, _deleted: false, _synced_at: '2026-03-04T00:00:00Z' };
    writeFileSync(path.join(folder, file), `${JSON.stringify(row)}\n`);
  };
  await kept.says(/streaming (succeeded|READER_UNAVAILABLE)/);
  const before = kept.said(/streaming begins/).length;
  for (const [second, id] of [
    [10, 1],
    [20, 2],
    [30, undefined],
    [40, undefined],
  ] as const) {
    if (id !== undefined) land(`${id}.jsonl`, id);
    world.setClock(`2026-03-04T04:00:${second}Z`);
    if (id !== undefined) await kept.says(/streaming succeeded/, before + id);
    else await sleep(150);
  }
  assert.equal(kept.said(/streaming begins/).length, before + 2);
  assert.deepEqual(await world.rows('select id from postgres_public.people order by id'), [[1], [2]]);
  await kept.close();
});

test('a clock that was far ahead for a while stops no schedule: what it made due is due when its time comes', async () => {
  const kept = await opened('2026-03-05T12:00:00Z', { setup: ['config', 'silver'] });
  const { world } = kept;
  world.setClock('2026-04-02T12:00:00Z');
  await kept.says(/each succeeded/, 28);
  world.setClock('2026-03-05T12:00:00Z');
  await kept.says(/each the clock says 2026-03-05T12:00:00Z/);
  world.setClock('2026-03-06T02:00:00Z');
  // Its run has succeeded: what it was for is done, and is not there twice.
  await kept.says(/each has succeeded already/);
  const days = await kept.days('silver.kept');
  assert.deepEqual([days.length, new Set(days).size], [28, 28]);
  world.setClock('2026-04-03T02:00:00Z');
  await kept.says(/each succeeded/, 29);
  assert.deepEqual((await kept.days('silver.kept')).slice(-1), ['03']);
  await kept.close();
});
