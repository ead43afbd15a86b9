import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { begun, newRun } from '../../src/ports/conformance/runs.ts';
import type { Held } from '../../src/ports/index.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const shop = `
import { atMost, col, cron, endpoint, job, logisticRegression, model, monitor, noWorse, servedLatency, settings, sql, table } from 'esteira';
export const limits = settings('config.limits', { samples: col.integer().default(50) });
export const people = table('silver.people', {
  columns: { id: col.integer().key(), days: col.real(), stays: col.boolean() },
  rows: sql\`select cast(range as integer) as id, (range % 17) * 1.0 as days, (range * 7) % 17 + (range % 5) > 9 as stays from range(300)\`,
});
export const churn = model('ml.churn', { from: people, features: ['days'], target: 'stays', learner: logisticRegression(), gate: [noWorse('auc', 0.01)] });
export const churning = endpoint('churn', { path: '/churn', model: churn, request: { id: col.integer() }, answer: { ok: col.boolean() },
  handle: () => ({ ok: true }), shadow: { share: 0.1 } });
export const aFirst = monitor('p99', { expect: atMost(servedLatency(churning, 'p99'), '90 ms'), every: '0 * * * *' });
export const second = monitor('p95', { expect: atMost(servedLatency(churning, 'p95'), '15 ms'), every: '0 * * * *' });
export const train = job('train', { when: cron('0 2 * * *', { date: 'the day before', missed: 'run once' }), train: [churn] });
`;
const other = `
import { col, settings } from 'esteira';
export const others = settings('config.limits2', { samples: col.integer().default(50) });
`;

let world: World;
let runs = 0;
before(async () => {
  const folder = temporaryFolder('objectives');
  writeProject(folder, { catalog: 'shop', definitions: { shop, other } });
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
});
after(() => world.close());

const days = (count: number, hours = 0) =>
  Temporal.Instant.from('2026-03-10T06:00:00Z').add({ hours: 24 * count + hours });
const set = (count: number): void => world.setClock(days(count).toString());
async function objective(item: string) {
  const { objectives } = await world.do('checklist', { pipeline: 'shop' });
  const found = objectives.find((one) => one.item === item);
  assert.ok(found, objectives.map((one) => one.item).join(', '));
  return found;
}
async function during<Made>(work: (held: Held) => Promise<Made>): Promise<Made> {
  const { state, holder } = world.project;
  runs += 1;
  const now = world.project.clock.now();
  const opened = newRun(`planted-${runs}`, { holder, job: 'train', reason: 'schedule', again: true, now });
  const { held } = begun(await state.open(opened));
  const made = await work(held);
  await state.finish(held, 'succeeded', undefined, now);
  return made;
}
const model = 'shop.ml.churn';
/** A version whose members measured so much, and which was made the champion by itself. */
async function champion(at: Temporal.Instant, figures: readonly number[], by = 'job train'): Promise<string> {
  const { state } = world.project;
  const from = (await state.models.champions()).get(model)?.version;
  return during(async (held) => {
    const version = await state.models.begin(held, model, at);
    const members = figures.map((auc, place) => ({
      member: { level: String(place) },
      samples: 100,
      measures: { auc },
    }));
    const about = { each: ['level'], members, gate: { passed: true, limits: [] } };
    await state.models.complete(held, { model, version, state: 'candidate', contentHash: 'hash', about });
    const moved = await state.models.move({
      ...{
        models: [{ model, to: version, ...(from === undefined ? {} : { from }) }],
        by,
        reason: 'it passed',
        now: at,
      },
    });
    assert.deepEqual(moved, { moved: 'all' });
    return version;
  });
}
async function takenBack(from: string, to: string, at: Temporal.Instant): Promise<void> {
  await during((held) =>
    world.project.state.models.move({
      ...{ models: [{ model, from, to }], by: 'job back', reason: 'it degraded', held, takesBack: true, now: at },
      freezes: { job: 'back', monitors: ['worse'] },
    }),
  );
}

test('what Esteira and jobs did by themselves, and settings of others, are no deeds; a freeze that a person ends and a shadow that one names are', async () => {
  const [first, second] = [await champion(days(0), [0.8]), await champion(days(1), [0.8], 'esteira')];
  await takenBack(second, first, days(2));
  const third = await champion(days(3), [0.8]);
  await takenBack(third, first, days(4));
  set(40);
  await world.do('settings set', { name: 'config.limits2.samples', value: '60', by: 'ana', reason: 'theirs' });
  const item = 'nothing done by hand: shop';
  const alone = await objective(item);
  assert.deepEqual(
    [alone.state, alone.what],
    ['ok', 'nobody has done anything by hand since its first run, 40 days ago'],
  );
  await world.do('models thaw', { model: 'churn', by: 'ana', reason: 'the source is mended' });
  const thawed = await objective(item);
  assert.equal(thawed.state, 'failed');
  assert.equal(thawed.what, '0 days in which nobody did anything by hand; the last was shop.ml.churn thawed by ana');
  set(80);
  assert.equal((await objective(item)).state, 'ok');
  await world.do('endpoint shadow', { endpoint: 'churn', shadows: 'none', by: 'rui', reason: 'to spare the machine' });
  const named = await objective(item);
  assert.match(named.what, /^0 days .*; the last was nothing made the shadow of churn by rui$/);
  assert.match(named.evidence.join(), /^1 deed in the last 30 days/);
});

test('p95 is judged by the monitor of p95, whatever other quantiles have monitors', async () => {
  assert.equal((await objective('p95 of churn')).limit, 'at most 15 ms on each day');
});

test('of many champions a day the last counts, and of a family all members', async () => {
  const item = 'auc of shop.ml.churn does not fall';
  set(200);
  // Within a day it falls, from day to day it does not.
  for (let day = 0; day < 12; day += 1)
    for (const hour of [-3, -2, -1])
      await champion(days(188 + day, hour), [0.9 - (hour < -1 ? 0.03 * day : 0) + (day % 2) / 1000]);
  const level = await objective(item);
  assert.equal(level.state, 'ok', level.what);
  assert.match(level.what, /^of rows held out 0\.9 → 0\.901 in 12 figures, /);
  set(260);
  for (let day = 0; day < 12; day += 1)
    await champion(days(248 + day), [0.8 + 0.001 * day, 0.9 - 0.01 * day + (day % 2) / 1000]);
  const fallen = await objective(item);
  assert.equal(fallen.state, 'failed', fallen.what);
  assert.match(fallen.what, /^of rows held out 0\.85 → /);
});
