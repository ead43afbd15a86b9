import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { begun, newRun } from '../../src/ports/conformance/runs.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { atLeast, boostedTrees, byHand, col, cron, job, model, settings, sql, table } from 'esteira';
export const limits = settings('config.limits', { auc: col.real().min(0).max(1).default(0.4) });
export const people = table('silver.people', {
  columns: { id: col.integer().key(), days: col.real(), stays: col.boolean() },
  rows: sql\`select cast(range as integer) as id, (range % 17) * 1.0 as days, (range * 7) % 17 + (range % 5) > 9 as stays from range(300)\`,
});
export const churn = model('ml.churn', {
  from: people, features: ['days'], target: 'stays', learner: boostedTrees({ trees: 5, leaves: 3, refine: { trees: 2 } }), gate: [atLeast('auc', limits.auc)],
});
export const train = job('train', { when: cron('0 2 * * *', { date: 'the day before', missed: 'run once' }), train: [churn] });
export const hourly = job('hourly', { when: byHand, refine: [churn] });
`;

let world: World;
let minute = 0;
before(async () => {
  const folder = temporaryFolder('drills');
  writeProject(folder, { catalog: 'shop', definitions });
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
});
after(() => world.close());

const history = () => world.do('models history', { model: 'churn' });
async function trained(refines = false): Promise<string> {
  minute += 1;
  world.setClock(Temporal.Instant.from('2026-03-10T06:00:00Z').add({ minutes: minute }).toString());
  await (refines ? world.run('hourly') : world.run('train', '2026-03-09', { again: true }));
  return (await history()).versions[0]?.version ?? '';
}
/** As a job does it after an alert: nothing is promoted by itself then. */
async function takenBack(from: string, to: string): Promise<void> {
  const { state, holder, clock } = world.project;
  const { held } = begun(
    await state.open(newRun(`back-${from}`, { holder, job: 'back', again: true, now: clock.now() })),
  );
  const moved = await state.models.move({
    ...{ models: [{ model: 'shop.ml.churn', from, to }], by: 'job back', reason: 'it degraded', held },
    ...{ takesBack: true, now: clock.now(), freezes: { job: 'back', monitors: ['worse'] } },
  });
  assert.deepEqual(moved, { moved: 'all' });
  await state.finish(held, 'succeeded', undefined, clock.now());
}
async function drilled() {
  const { items } = await world.do('checklist', { pipeline: 'shop', activation: true });
  const found = (name: string) => {
    const { state, what = '', evidence = [] } = items.find(({ item }) => item === name) ?? {};
    assert.match(evidence[0] ?? '', /the project itself is untouched/);
    return { state, what };
  };
  assert.equal(found('the gate of ml.churn refuses').state, 'ok');
  assert.deepEqual(
    readdirSync(path.join(world.folder, '.esteira')).filter((name) => name.startsWith('drill-')),
    [],
  );
  return found('ml.churn can be taken back');
}

test('the way back is tried where the champion is the only one, where the one before has its trees, where one was taken back and promotion is frozen since, and where two were', async () => {
  await trained();
  const first = await trained(true);
  const alone = await drilled();
  assert.deepEqual([alone.state, alone.what.endsWith(`back to ${first}, and latest names ${first}`)], ['ok', true]);
  const second = await trained();
  await takenBack(second, first);
  const frozen = await drilled();
  assert.deepEqual([frozen.state, frozen.what.includes(` back to ${first}, `)], ['ok', true], frozen.what);
  assert.equal((await history()).champion, first);
  await world.do('models thaw', { model: 'churn', by: 'ana', reason: 'it is mended' });
  const [third, fourth, fifth] = [await trained(), await trained(), await trained()];
  await takenBack(fifth, fourth);
  await takenBack(fourth, third);
  const twice = await drilled();
  assert.equal(twice.what, `ml.churn went from ${third} back to ${first}, and latest names ${first}`);
  assert.equal(twice.state, 'ok');
});

test('a rehearsal that cannot be opened whole leaves nothing open', async () => {
  const at = path.join(temporaryFolder('rehearsal'), 'copy');
  const backup = path.join(world.folder, 'backup');
  await world.do('backup', { folder: backup });
  world.setClock('no time');
  await assert.rejects(async () => world.project.rehearse?.({ backup, at }));
  assert.equal(existsSync(path.join(at, 'state.sqlite')), true);
  assert.equal(existsSync(path.join(at, 'state.sqlite-wal')), false, 'the state is closed');
});
