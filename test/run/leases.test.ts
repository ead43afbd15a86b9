import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { type Input, operate, type RunEvent } from '../../src/operate/index.ts';
import { dates, deliverDay } from '../crash/days.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

const daily = { job: 'desk_daily', date: dates[0] };
const words = { job: 'desk_words', date: dates[0] };
let world: World;

before(async () => {
  const folder = temporaryFolder('leases');
  const definitions = readFileSync(path.join(import.meta.dirname, '..', 'crash', 'definitions.ts'), 'utf8');
  writeProject(folder, { catalog: 'desk', definitions });
  deliverDay(folder, 0);
  world = await World.open(folder, `${dates[0]}T23:00:00Z`);
  await world.do('setup', {});
});
after(() => world.close());

/** A run that waits, all its leases in its hands, until it is let go. */
async function heldRun(input: Input<'run'>) {
  const opened = Promise.withResolvers<string>();
  const gate = Promise.withResolvers<void>();
  const project = { ...world.project, trace: (point: string) => (point === 'claimed' ? gate.promise : undefined) };
  const emit = (event: RunEvent): void => {
    if (event.type === 'run') opened.resolve(event.runId);
  };
  const ended = operate(project, 'run', input, { emit, signal: new AbortController().signal });
  ended.catch(opened.reject);
  return { runId: await opened.promise, letGo: () => gate.resolve(), ended };
}

const refused = (job: string, runId: string) => (error: EsteiraError) => {
  assert.equal(error.code, 'RUN_IN_PROGRESS');
  assert.match(error.details.what, new RegExp(`^Job ${job} is running`));
  assert.match(error.details.where ?? '', new RegExp(runId));
  return true;
};

test('a second run of a job is refused while the first goes on, and names it', async () => {
  const first = await heldRun(daily);
  await assert.rejects(world.do('run', daily), refused('desk_daily', first.runId));
  await assert.rejects(world.do('run', { ...daily, date: dates[1], again: true }), refused('desk_daily', first.runId));
  first.letGo();
  assert.equal((await first.ended).state, 'succeeded');
});

test('a job that writes a table of a running job is refused, and both and the table are named', async () => {
  const first = await heldRun({ ...daily, again: true });
  await assert.rejects(world.do('run', words), (error: EsteiraError) => {
    assert.match(error.details.what, /writes desk\.bronze\.notes, which desk_words writes too/);
    return refused('desk_daily', first.runId)(error);
  });
  first.letGo();
  assert.equal((await first.ended).state, 'succeeded');
  const other = await heldRun(words);
  await assert.rejects(world.do('run', { ...daily, again: true }), refused('desk_words', other.runId));
  other.letGo();
  assert.equal((await other.ended).state, 'succeeded');
});

test('a job that writes none of its tables goes on beside it', async () => {
  const first = await heldRun({ ...daily, again: true });
  const { runs } = await world.do('sync', {});
  assert.deepEqual(
    runs.map(({ state }) => state),
    ['succeeded'],
  );
  first.letGo();
  assert.equal((await first.ended).state, 'succeeded');
});

test('of two runs that are asked for at once one is carried out', async () => {
  const both = await Promise.allSettled([1, 2].map(() => world.do('run', { job: 'desk_daily', date: dates[1] })));
  const [winner] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const [loser] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as EsteiraError] : []));
  assert.equal(winner?.state, 'succeeded');
  assert.ok(loser && refused('desk_daily', winner.runId)(loser));
  const { runs } = await world.do('runs', { job: 'desk_daily' });
  assert.equal(runs.filter(({ date }) => date === dates[1]).length, 1);
});
