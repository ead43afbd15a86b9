import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { EsteiraError } from '../../../src/errors.ts';
import { temporaryFolder, writeProject } from '../support/folder.ts';
import { World } from '../support/world.ts';

const definitions = readFileSync(path.join(import.meta.dirname, 'definitions.ts'), 'utf8');

async function openPlans(plans: string): Promise<World> {
  const folder = temporaryFolder('going-on');
  writeProject(folder, { catalog: 'plans', definitions });
  mkdirSync(path.join(folder, 'files', 'calls'));
  writeFileSync(path.join(folder, 'files', 'plans.csv'), plans);
  writeFileSync(path.join(folder, 'files', 'calls', '1.jsonl'), '{"id":1,"plan":1}\n{"id":2,"plan":1}\n');
  const world = await World.open(folder, '2026-04-01T06:00:00Z');
  await world.do('setup', {});
  return world;
}
const mend = (world: World): void =>
  writeFileSync(path.join(world.folder, 'files', 'plans.csv'), 'id,hours\n1,5\n2,7\n');

for (const job of ['by_hand', 'by_clock']) {
  test(`a run of ${job} that failed goes on as the same run, with the steps that are not done`, async () => {
    const world = await openPlans('id,hours\n1,5\n2,0\n');
    let failed = '';
    await assert.rejects(world.run(job, '2026-04-01'), (error: EsteiraError) => {
      failed = error.details.where ?? '';
      return error.code === 'RUN_FAILED' || error.code === 'ROWS_INVALID';
    });
    const before = await world.do('show', { name: 'latest' });
    assert.ok('steps' in before);
    assert.match(failed, new RegExp(before.runId));
    assert.equal(before.steps.find(({ step }) => step === 'plans.bronze.calls')?.state, 'done');
    mend(world);
    world.setClock('2026-04-01T09:30:00Z');
    world.events.length = 0;
    const after = await world.run(job, '2026-04-01');
    assert.equal(after.runId, before.runId);
    assert.equal(after.state, 'succeeded');
    const attempts = new Map(after.steps.map(({ step, attempt }) => [step, attempt]));
    assert.deepEqual(
      attempts,
      new Map([
        ['plans.bronze.calls', 1],
        ['plans.silver.plans', 2],
        ['plans.gold.hours', 1],
      ]),
    );
    assert.deepEqual(await world.rows('select plan, calls from gold.hours order by plan'), [
      [1, 2],
      [2, 0],
    ]);
    const { runs } = await world.do('runs', { job });
    assert.equal(runs.length, 1);
    await world.close();
  });
}

test('a run of another date does not take up one that failed', async () => {
  const world = await openPlans('id,hours\n1,0\n');
  await assert.rejects(world.run('by_hand', '2026-04-01'));
  mend(world);
  world.setClock('2026-04-02T06:00:00Z');
  assert.equal((await world.run('by_hand', '2026-04-02')).state, 'succeeded');
  const { runs } = await world.do('runs', { job: 'by_hand' });
  assert.deepEqual(
    runs.map(({ date, state }) => [date, state]),
    [
      ['2026-04-02', 'succeeded'],
      ['2026-04-01', 'failed'],
    ],
  );
  await world.close();
});
