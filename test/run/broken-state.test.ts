import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { EsteiraError } from '../../src/errors.ts';
import { operate } from '../../src/operate/index.ts';
import type { StateStore } from '../../src/ports/index.ts';
import { dates, deliverDay } from '../crash/days.ts';
import { temporaryFolder, writeProject } from './support/folder.ts';
import { World } from './support/world.ts';

let world: World;
before(async () => {
  const folder = temporaryFolder('broken-state');
  const definitions = readFileSync(path.join(import.meta.dirname, '..', 'crash', 'definitions.ts'), 'utf8');
  writeProject(folder, { catalog: 'desk', definitions });
  deliverDay(folder, 0);
  world = await World.open(folder, `${dates[0]}T23:00:00Z`);
  await world.do('setup', {});
  await world.do('sync', {});
});
after(() => world.close());

/** The state, in which one kind of write fails from the n-th time on. */
function failing(names: readonly string[], nth: number): StateStore {
  let left = nth;
  return new Proxy(world.project.state, {
    get(state, name) {
      const value = Reflect.get(state, name);
      if (typeof value !== 'function') return value;
      return async (...given: readonly unknown[]) => {
        if (names.includes(String(name))) left -= 1;
        if (names.includes(String(name)) && left <= 0) throw new Error('no space left for the state');
        return Reflect.apply(value, state, given);
      };
    },
  });
}

const daily = { job: 'desk_daily', date: dates[0] };
async function runWith(state: StateStore): Promise<EsteiraError | undefined> {
  const context = { emit: () => {}, signal: new AbortController().signal };
  return await operate({ ...world.project, state }, 'run', daily, context).then(
    () => undefined,
    (error) => error,
  );
}
const publications = async () => Number((await world.rows('select count(*) from desk._esteira.publication'))[0]?.[0]);

test('a state that cannot be written leaves nothing going, and what is published stays proven', async () => {
  const before = await publications();
  assert.match((await runWith(failing(['done', 'failed', 'finish'], 4)))?.message ?? '', /no space left/);
  const published = await publications();
  assert.ok(published > before, 'some steps were published');
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(await publications(), published, 'nothing goes on behind');
});

test('a run whose steps cannot be told gives its leases back, so that the next in the same process goes on', async () => {
  const other = await World.open(await reopened(), `${dates[0]}T23:10:00Z`);
  world = other;
  const error = await runWith(failing(['done', 'failed'], 2));
  assert.match(error?.message ?? '', /no space left/);
  const before = await publications();
  world.events.length = 0;
  const run = await world.do('run', daily);
  assert.equal(run.state, 'succeeded');
  const adopted = world.events.filter((event) => event.type === 'step' && event.adopted);
  assert.ok(adopted.length > 0, 'what was published is taken up');
  const steps = run.steps.filter(({ step }) => !step.startsWith('desk.shown.')).length;
  const [[twice] = []] = await world.rows(
    'select count(*) from (select run_id, step from desk._esteira.publication group by all having count(*) > 1)',
  );
  assert.equal(twice, 0);
  assert.ok((await publications()) - before < steps, 'not all of it again');
});

/** The owner of before has died: the folder is opened anew. */
async function reopened(): Promise<string> {
  await world.close();
  return world.folder;
}
