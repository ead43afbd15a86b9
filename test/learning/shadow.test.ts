import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { folderStore } from '../../src/adapters/files/store.ts';
import { lookAtShadows } from '../../src/operate/shadow/shadows.ts';
import { begun, newRun } from '../../src/ports/conformance/runs.ts';
import { readChoice } from '../../src/serve/shadow/choice.ts';
import { keepSeen } from '../../src/serve/shadow/figure-files.ts';
import { Tally } from '../../src/serve/shadow/tally.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { approvedBy, atLeast, atMost, byHand, col, endpoint, job, logisticRegression, model, settings, shadow, sql, table } from 'esteira';
export const limits = settings('config.limits', { errors: col.real().default(0.1) });
export const people = table('silver.people', {
  columns: { id: col.integer().key(), days: col.real(), stays: col.boolean() },
  rows: sql\`select cast(range as integer) as id, (range % 17) * 1.0 as days, (range * 7) % 17 + (range % 5) > 9 as stays from range(300)\`,
});
const spec = { from: people, features: ['days'], target: 'stays', learner: logisticRegression() } as const;
export const churn = model('ml.churn', { ...spec,
  gate: [atLeast('auc', 0.4), atLeast(shadow('overlap_at_5', { requests: 100 }), 0.6), atMost(shadow('errors', { requests: 50 }), limits.errors)] });
export const asked = model('ml.asked', { ...spec, release: approvedBy('dados'), gate: [atMost(shadow('latency_p95_ms', { requests: 10 }), '5 ms')] });
const served = { request: { id: col.integer() }, answer: { ok: col.boolean() }, handle: () => ({ ok: true }), shadow: { share: 0.1 } };
export const churning = endpoint('churn', { path: '/churn', model: churn, ...served });
export const asking = endpoint('asked', { path: '/asked', model: asked, ...served });
export const train = job('train', { when: byHand, train: [churn] });
export const trainAsked = job('train_asked', { when: byHand, train: [asked] });
`;

let world: World;
let stops = '';
let minute = 0;
before(async () => {
  const folder = temporaryFolder('shadow');
  writeProject(folder, { catalog: 'shop', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace("standard: 'here',", "standard: 'here', groups: { dados: ['ana'] },"),
  );
  world = await World.open(folder, '2026-03-10T06:00:00Z', (point) => {
    if (point === stops) throw new Error('killed');
  });
  await world.do('setup', {});
});
after(() => world.close());

const store = () => folderStore({ path: path.join(world.folder, 'files') });
const next = (): void => {
  minute += 1;
  world.setClock(Temporal.Instant.from('2026-03-10T06:00:00Z').add({ minutes: minute }).toString());
};
async function trained(job = 'train'): Promise<string> {
  next();
  await world.run(job);
  return (await history(job === 'train' ? 'churn' : 'asked')).versions[0]?.version ?? '';
}
const history = (model = 'churn') => world.do('models history', { model });
const waits = async (version: string, model = 'churn') =>
  (await history(model)).versions.find((one) => one.version === version)?.waits;
const chosen = async (endpoint = 'churn') => {
  const found = await readChoice(store(), endpoint);
  return found.is === 'whole' ? found.choice.version : found.is;
};
/** What a process of an endpoint would have kept. */
async function seen(
  of: { version: string; champion: string; process?: string; endpoint?: string },
  { good = 0, bad = 0, short = 0, failed = 0, milliseconds = 1 },
): Promise<void> {
  const at = Date.parse('2026-03-10T06:00:00Z');
  const tally = new Tally();
  const answered = (overlap: number): void =>
    tally.answered(
      { overlap, isTopChanged: overlap < 1, correlation: overlap, differences: Float64Array.of(0.25, 0.5) },
      { at, champion: 1, shadow: milliseconds },
    );
  for (let count = 0; count < good; count += 1) answered(1);
  for (let count = 0; count < bad; count += 1) answered(0.2);
  for (let count = 0; count < short; count += 1) answered(Number.NaN);
  for (let count = 0; count < failed; count += 1) tally.failed('threw', 'no such column', at);
  const { version, champion, process = 'p1', endpoint = 'churn' } = of;
  await keepSeen(store(), { endpoint, version, process, champions: { [champion]: JSON.parse(JSON.stringify(tally)) } });
}
const publish = () => world.do('publish', {});

test('without a champion there is nothing to be seen beside, and the first version becomes it', async () => {
  const first = await trained();
  assert.equal((await history()).champion, first);
  assert.equal(await chosen(), 'none');
});

test('a version that passed the rest of its gate waits until enough is known of its shadow, and then becomes the champion', async () => {
  const { champion = '' } = await history();
  const second = await trained();
  assert.equal((await history()).champion, champion);
  assert.equal(await chosen(), second);
  assert.equal(await waits(second), 'its shadow is to show more: 0 of 100 requests');
  const { stores } = await publish();
  assert.deepEqual(stores, ['published', 'folder']);
  assert.ok((await store().read(`published/churn/${second}/churn_weights.json`)) !== undefined);
  await assert.rejects(world.do('models promote', { model: 'churn', version: second, by: 'ana', reason: 'now' }), {
    code: 'VERSION_UNUSABLE',
    message: /its shadow is to show more/,
  });
  // Of requests with few rows an overlap says nothing.
  await seen({ version: second, champion }, { good: 60, short: 300, failed: 2 });
  await seen({ version: second, champion: '20200101_0000', process: 'p2' }, { good: 500 });
  assert.deepEqual((await publish()).shadows, []);
  assert.equal(await waits(second), 'its shadow is to show more: 62 of 100 requests');
  const before = await world.do('endpoint report', { endpoint: 'churn' });
  assert.deepEqual([before.gate?.waits?.requests, before.version, before.beside.length], [62, second, 2]);
  // Those of a family of processes together: some of them agree less.
  await seen({ version: second, champion, process: 'p3' }, { good: 20, bad: 40 });
  const { shadows } = await publish();
  assert.match(
    shadows.join('\n'),
    /^ml\.churn \S+ passed by its shadow: shadow_overlap_at_5 0\.733333 \(at least 0\.6\), shadow_errors 0\.00473934 \(at most 0\.1\), of 420 requests\nml\.churn \S+ is the champion/,
  );
  const after = await history();
  assert.equal(after.champion, second);
  assert.equal(after.moves[0]?.by, 'esteira');
  assert.match(after.moves[0]?.reason ?? '', /^its shadow passed: shadow_overlap_at_5 0\.733333/);
  assert.equal(await chosen(), undefined, 'what became the champion shadows no more');
  const shown = await world.do('models show', { model: 'churn', version: second });
  assert.deepEqual([shown.shadow?.judged?.passed, shown.shadow?.judged?.champion], [true, champion]);
});

test('one whose shadow shows too little is refused by figure and limit, once', async () => {
  const { champion = '' } = await history();
  const bad = await trained();
  await seen({ version: bad, champion }, { good: 20, bad: 80, failed: 25 });
  const { shadows } = await publish();
  assert.match(
    shadows[0] ?? '',
    /refused by its shadow: shadow_overlap_at_5 0\.36 is below 0\.6 \(the definition\); shadow_errors 0\.2 is above 0\.1 \(config\.limits\.errors\)/,
  );
  const now = await history();
  assert.deepEqual([now.champion, now.versions[0]?.state], [champion, 'refused']);
  assert.match(now.versions[0]?.waits ?? '', /its shadow refused it: shadow_overlap_at_5/);
  assert.equal(await chosen(), undefined);
  assert.deepEqual((await publish()).shadows, []);
});

test('one that is waited for goes on until it is judged, however many are trained meanwhile; then it is the turn of the newest', async () => {
  const { champion = '' } = await history();
  const [older, middle, newest] = [await trained(), await trained(), await trained()];
  assert.equal(await chosen(), older);
  assert.equal(await waits(newest ?? ''), 'its shadow is to show more: 0 of 100 requests');
  await seen({ version: older ?? '', champion }, { good: 100 });
  await publish();
  assert.deepEqual([(await history()).champion, await chosen()], [older, newest]);
  await seen({ version: newest ?? '', champion: older ?? '' }, { bad: 100 });
  await publish();
  assert.deepEqual([(await history()).champion, await chosen()], [older, middle], 'the one before it has its turn');
  await world.do('reject', { model: 'churn', version: middle ?? '', by: 'ana', reason: 'it is old' });
  await publish();
  assert.equal(await chosen(), undefined);
});

test('a version that was given up is refused', async () => {
  const { champion = '' } = await history();
  const heavy = await trained();
  const tally = new Tally();
  tally.failed('died', 'heap', 0);
  tally.gaveUp('3 times in a row: heap', 0);
  const champions = { [champion]: JSON.parse(JSON.stringify(tally)) };
  await keepSeen(store(), { endpoint: 'churn', version: heavy, process: 'p1', champions });
  const { shadows } = await publish();
  assert.match(
    shadows[0] ?? '',
    /refused by its shadow: .*is not known \(its shadow was given up, 3 times in a row: heap\)/,
  );
});

test('what a person has named shadows until a person takes it back', async () => {
  const { champion = '', moves } = await history();
  const former = moves.at(-1)?.to ?? '';
  const by = { endpoint: 'churn', by: 'ana', reason: 'to compare' };
  const named = await world.do('endpoint shadow', { ...by, shadows: 'version', version: former });
  assert.deepEqual([named.version, named.chosen], [former, 'by hand']);
  const candidate = await trained();
  assert.equal(await chosen(), former);
  await world.do('endpoint shadow', { ...by, shadows: 'none' });
  await publish();
  assert.equal(await chosen(), undefined);
  const again = await world.do('endpoint shadow', { ...by, shadows: 'candidate' });
  assert.deepEqual([again.version, again.chosen, await chosen()], [candidate, 'candidate', candidate]);
  const refused = { code: 'VERSION_UNUSABLE' };
  await assert.rejects(world.do('endpoint shadow', { ...by, shadows: 'version', version: champion }), refused);
  await assert.rejects(world.do('endpoint shadow', { ...by, shadows: 'version', version: '1999' }), {
    code: 'NAME_UNKNOWN',
  });
  await assert.rejects(world.do('endpoint shadow', { ...by, reason: ' ', shadows: 'none' }), {
    code: 'COMMAND_UNKNOWN',
  });
  await assert.rejects(world.do('endpoint report', { endpoint: 'other' }), { code: 'NAME_UNKNOWN' });
  // What was named and is refused afterwards is named no more.
  await world.do('endpoint shadow', { ...by, shadows: 'version', version: candidate });
  await world.do('reject', { model: 'churn', version: candidate, by: 'ana', reason: 'no' });
  await publish();
  assert.equal(await chosen(), undefined);
});

test('whoever was killed between the verdict and the promotion leaves it to the next look', async () => {
  const { champion = '' } = await history();
  const version = await trained();
  await seen({ version, champion }, { good: 100 });
  stops = 'shadow-judged';
  assert.deepEqual((await publish()).shadows, ['shadows: killed']);
  stops = '';
  assert.deepEqual([(await history()).champion, await waits(version)], [champion, 'nothing: it can be promoted']);
  assert.match((await publish()).shadows.join(), /^ml\.churn \S+ is the champion/);
  assert.equal((await history()).champion, version);
});

test('what has passed beside a champion that is another by now is for a person to promote', async () => {
  const { champion = '' } = await history();
  const version = await trained();
  await seen({ version, champion }, { good: 100 });
  stops = 'shadow-judged';
  await publish();
  stops = '';
  await world.do('models rollback', { model: 'churn', by: 'ana', reason: 'it is strange' });
  const { champion: former } = await history();
  await publish();
  assert.equal((await history()).champion, former);
  assert.equal(await waits(version), 'nothing: it can be promoted');
  await world.do('models promote', { model: 'churn', version, by: 'ana', reason: 'it is not that' });
});

test('while promotion is frozen what has passed waits', async () => {
  const { champion = '', moves } = await history();
  const [{ from: former = '' } = {}] = moves;
  const { state, holder, clock } = world.project;
  const { held } = begun(await state.open(newRun('back', { holder, job: 'back', now: clock.now() })));
  await state.models.move({
    ...{
      models: [{ model: 'shop.ml.churn', from: champion, to: former }],
      by: 'job back',
      reason: 'it degraded',
      held,
    },
    ...{ takesBack: true, now: clock.now(), freezes: { job: 'back', monitors: ['worse'] } },
  });
  await state.finish(held, 'succeeded', undefined, clock.now());
  const version = await trained();
  await seen({ version, champion: former }, { good: 100 });
  assert.match((await publish()).shadows.join(), /passed by its shadow/);
  assert.equal((await history()).champion, former);
  assert.match((await waits(version)) ?? '', /^automatic promotion is frozen since .* by back/);
});

test('one that somebody is to approve waits for that after its shadow has passed', async () => {
  const first = await trained('train_asked');
  await world.do('approve', { model: 'asked', version: first, by: 'ana', reason: 'the first' }).catch(() => undefined);
  if ((await history('asked')).champion === undefined) return assert.fail('nobody may approve');
  const second = await trained('train_asked');
  await seen({ version: second, champion: first, endpoint: 'asked' }, { good: 10, milliseconds: 4 });
  const { shadows } = await publish();
  assert.match(shadows.join('\n'), /passed by its shadow: shadow_latency_p95_ms \d/);
  assert.match((await waits(second, 'asked')) ?? '', /is to approve it/);
  assert.equal((await history('asked')).champion, first);
  assert.equal(await chosen('asked'), second, 'it is seen on');
});

test('a candidate whose files are lost, and a store that does not answer, are said, and keep nothing else from being done', async () => {
  const { champion = '' } = await history('asked');
  const lost = await trained('train_asked');
  await seen({ version: (await chosen('asked')) as string, champion, endpoint: 'asked' }, { good: 10 });
  rmSync(path.join(world.folder, 'files', 'models', 'shop.ml.asked', lost), { recursive: true });
  await world
    .do('endpoint shadow', { endpoint: 'asked', shadows: 'candidate', by: 'ana', reason: 'look' })
    .catch(() => undefined);
  const other = await trained();
  assert.equal(await chosen(), other, 'the endpoint that comes after the broken one has its candidate');
  await seen({ version: other, champion: (await history()).champion ?? '' }, { good: 100 });
  const { shadows, models } = await publish();
  assert.match(shadows.join('\n'), /^shadows: Version \S+ of the model ml\.asked is not whole\./m);
  assert.match(shadows.join('\n'), new RegExp(`^ml\\.churn ${other} passed by its shadow: `, 'm'));
  assert.equal(models.length, 2);
  const away = { name: 'away', open: () => Promise.reject(new Error('it does not answer')) };
  const operated = { ...world.project, serving: away };
  const seenAway = await lookAtShadows(operated);
  assert.deepEqual(seenAway, { told: [], troubles: ['shadows: it does not answer'] });
});
