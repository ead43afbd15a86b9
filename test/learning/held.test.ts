import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { show } from '../../src/cli/commands/model-version.ts';
import { EsteiraError } from '../../src/errors.ts';
import { Random } from '../../src/learn/random.ts';
import type { VersionAbout } from '../../src/registry/about.ts';

import { fakeTerminal } from '../cli/samples.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `import { atLeast, byHand, col, files, job, lambdaMart, logisticRegression, model, noWorse, samples, source, sql, table } from 'esteira';
export const arrived = source('landing.offers', { reader: files('offers.csv'), columns: {
  id: col.integer(), request: col.text(), seen: col.timestamp(), price: col.real(), chosen: col.boolean() } });
export const offers = table('silver.offers', {
  columns: { id: col.integer().key(), request: col.text(), seen: col.timestamp(), day: col.date(), price: col.real(), chosen: col.boolean() },
  rows: sql\`select *, cast(seen as date) as day from \${arrived}\` });
const like = { from: offers, features: ['price'], target: 'chosen' };
const days = (by, last) => model('ml.' + by + '_' + last.replace(' ', '_'), { ...like, learner: logisticRegression(), holdOut: { last, by }, gate: [atLeast(samples, 1), noWorse('auc', 1)] });
export const byDay = days('day', '7 days');
export const byInstant = days('seen', '7 days');
export const byMonth = days('day', '1 month');
export const all = days('day', '12 months');
export const apart = model('ml.apart', { ...like, learner: logisticRegression(), holdOut: { last: '7 days', by: 'seen' }, gate: [noWorse('auc', 1)] });
export const whole = model('ml.whole', { ...like, learner: logisticRegression(), holdOut: { last: '7 days', by: 'seen', thenLearned: true }, gate: [noWorse('auc', 1)] });
export const requests = model('ml.requests', { ...like, group: 'request', learner: lambdaMart({ at: [3], trees: 5, leaves: 4 }),
  holdOut: { last: '7 days', by: 'seen' }, gate: [atLeast('ndcg_at_3', 0.1)] });
export const learnApart = job('learn_apart', { when: byHand, train: [apart] });
export const learnBoth = job('learn_both', { when: byHand, train: [apart, whole] });
export const learn = job('learn', { when: byHand, train: [byDay, byInstant, byMonth, requests] });
export const learnAll = job('learn_all', { when: byHand, train: [all] });
export const learnOne = job('learn_one', { when: byHand, train: [byInstant] });
`;

const clients = `import { atLeast, byHand, col, files, job, lambdaMart, model, noWorse, source, sql, table } from 'esteira';
const columns = { id: col.integer(), client: col.text(), day: col.date(), price: col.real(), chosen: col.boolean() };
export const arrived = source('landing.offers', { reader: files('offers/*.csv'), columns });
export const offers = table('silver.offers', { columns: { ...columns, id: columns.id.key() }, rows: arrived });
export const clients = model('ml.clients', { from: offers, features: ['price'], target: 'chosen', group: 'client',
  learner: lambdaMart({ at: [3], trees: 5, leaves: 4 }), holdOut: { last: '5 days', by: 'day' }, gate: [noWorse('ndcg_at_3', 0.5)] });
export const learn = job('learn_clients', { when: byHand, train: [clients] });
export const refine = job('refine_clients', { when: byHand, refine: [clients] });
`;

/** Forty days, ending on the ninth of March: a request begins an hour before midnight and ends an hour after. */
async function offers(): Promise<World> {
  const folder = temporaryFolder('held');
  writeProject(folder, { catalog: 'shop', definitions });
  const random = new Random(5);
  const first = Temporal.Instant.from('2026-01-29T23:00:00Z');
  const lines = Array.from({ length: 40 * 8 }, (_, id) => {
    const at = first.add({ hours: 24 * Math.floor(id / 8) + (id % 2) * 2 });
    const price = random.next() * 10;
    return `${id},r${Math.floor(id / 8)},${at},${price.toFixed(2)},${price + random.next() * 5 < 7}`;
  });
  writeFileSync(path.join(folder, 'files', 'offers.csv'), `id,request,seen,price,chosen\n${lines.join('\n')}\n`);
  const world = await World.open(folder, '2026-03-09T06:00:00Z');
  await world.do('setup', {});
  return world;
}

/** Of its newest version. */
async function aboutOf(world: World, model: string): Promise<VersionAbout> {
  const [newest] = await world.project.state.models.versions({ model: `shop.${model}`, limit: 1 });
  return newest?.about as VersionAbout;
}
/** How many rows it was trained with, and how many were held out. */
const divided = ({ members: [only] }: VersionAbout): readonly (number | undefined)[] => [only?.rows, only?.held];

test('the last days up to the date of the run are held out, by a day and by an instant, and the version says which', async () => {
  const world = await offers();
  await world.run('learn', '2026-03-09');
  for (const [model, by] of [
    ['ml.day_7_days', 'day'],
    ['ml.seen_7_days', 'seen'],
  ] as const) {
    const about = await aboutOf(world, model);
    assert.deepEqual(about.heldOut, { by, from: '2026-03-03', to: '2026-03-09' });
    // Seven requests, the second half of one before them, and what came after the run's date.
    assert.deepEqual(divided(about), [260, 60]);
  }
  const month = await aboutOf(world, 'ml.day_1_month');
  assert.deepEqual(month.heldOut, { by: 'day', from: '2026-02-10', to: '2026-03-09' });
  assert.deepEqual(divided(month), [320 - 28 * 8 - 4, 28 * 8 + 4]);
  const { trained } = await world.do('models show', { model: 'ml.day_7_days' });
  assert.deepEqual(trained?.heldOut, { by: 'day', from: '2026-03-03', to: '2026-03-09' });
  await world.close();
});

test('a night that is made up for is compared with a newer champion on what that has not learned, and says on how many', async () => {
  const world = await offers();
  await world.run('learn_one', '2026-03-09');
  await world.run('learn_one', '2026-03-01');
  const { gate } = await aboutOf(world, 'ml.seen_7_days');
  const [only] = gate.limits[1]?.members ?? [];
  // Later rows judge too: those since the third of March, which the champion has held out.
  assert.deepEqual([only?.compared, only?.champion !== undefined, only?.why], [7 * 8 + 4, true, undefined]);
  await world.close();
});

test('days that have judged are learned then, but for those after the date of the run; a champion is compared on what it has not learned', async () => {
  const world = await offers();
  await world.run('learn_both', '2026-03-07');
  const learned = async (model: string) => ({
    about: await aboutOf(world, model),
    terms: await world.rows(`select term, coefficient from ${model} order by model_version desc, term limit 2`),
  });
  const [judged, whole] = [await learned('ml.apart'), await learned('ml.whole')];
  assert.deepEqual(whole.about.heldOut, { ...judged.about.heldOut, learned: true });
  assert.deepEqual(whole.about.members, judged.about.members);
  const typed = { words: ['ml.whole'], flags: new Set(), texts: new Map(), numbers: new Map() };
  const call = (name: 'models show', input: { readonly model: string }) => world.do(name, input);
  const shown = await show({ typed, terminal: fakeTerminal(), call } as unknown as Parameters<typeof show>[0]);
  assert.match(
    shown.text().replace(/\s+/g, ' '),
    /kept to judge with, seen from 2026-03-01 to 2026-03-07, and learned then/,
  );
  await world.run('learn_both', '2026-03-09');
  const compared = async (model: string) => (await aboutOf(world, model)).gate.limits[0]?.members[0]?.compared;
  // All since the third of March, or those since the eighth: a request begins an hour before its day, and there are days up to the ninth.
  assert.deepEqual([await compared('ml.apart'), await compared('ml.whole')], [7 * 8 + 4, 2 * 8 + 4]);
  // Everything up to the seventh.
  await world.run('learn_apart', '2026-03-14');
  assert.deepEqual(whole.terms, (await learned('ml.apart')).terms);
  assert.notDeepEqual(whole.terms, judged.terms);
  await world.close();
});

test('of a request of which one row is held out all are', async () => {
  const world = await offers();
  await world.run('learn', '2026-03-09');
  // Seven, the one that ends after they have begun, and none in part.
  assert.deepEqual(divided(await aboutOf(world, 'ml.requests')), [320 - 64, 64]);
  await world.close();
});

test('what the champion was not made of is known by the first of its held days; a request that reaches into them was held out whole', async () => {
  const world = await offers();
  await world.run('learn', '2026-03-09');
  await world.run('learn', '2026-03-08');
  const freshIn = async (model: string): Promise<unknown> => {
    const [newest] = await world.project.state.models.versions({ model, limit: 1 });
    const file = path.join(world.folder, 'files', 'models', model, newest?.version ?? '', 'rows.parquet');
    const reader = await (await DuckDBInstance.create(':memory:')).connect();
    const found = await reader.runAndReadAll(
      `select count(*) filter (_held)::int, count(*) filter (_fresh)::int, count(*) filter (_fresh and not _held)::int from read_parquet('${file}')`,
    );
    reader.closeSync();
    return found.getRows()[0];
  };
  // Held since the second of March, and by the champion since the third. A request begins an hour before its day.
  assert.deepEqual(await freshIn('shop.ml.requests'), [9 * 8, 8 * 8, 0]);
  assert.deepEqual(await freshIn('shop.ml.seen_7_days'), [8 * 8 + 4, 7 * 8 + 4, 0]);
  await world.close();
});

test('requests that live longer than the held days are compared by those that were held out of the champion too, from night to night', async () => {
  const folder = temporaryFolder('held-clients');
  writeProject(folder, { catalog: 'shop', definitions: clients });
  const random = new Random(5);
  const first = Temporal.PlainDate.from('2026-01-01');
  // Each of seventy clients comes once a week, on a day of the week of its own, and has from the first; a file comes each night.
  const deliver = (from: number, to: number): void => {
    const lines = Array.from({ length: (to - from) * 40 }, (_, at) => {
      const day = from + Math.floor(at / 40);
      const price = random.next() * 10;
      const client = (at % 10) * 7 + (day % 7);
      return [day * 40 + (at % 40), client, first.add({ days: day }), price.toFixed(2), price + random.next() * 5 < 7];
    });
    writeFileSync(path.join(folder, 'files/offers', `${to}.csv`), `id,client,day,price,chosen\n${lines.join('\n')}\n`);
  };
  mkdirSync(path.join(folder, 'files/offers'));
  const world = await World.open(folder, '2026-03-11T06:00:00Z');
  await world.do('setup', {});
  let known = 0;
  for (const [job, compares] of [
    ['learn_clients', false],
    ['learn_clients', true],
    ['refine_clients', true],
    ['refine_clients', true],
    ['learn_clients', true],
  ] as const) {
    const before = known;
    known = Math.max(40, known + 1);
    deliver(before, known);
    await world.run(job, first.add({ days: known - 1 }).toString());
    const { gate, refined } = await aboutOf(world, 'ml.clients');
    assert.equal(refined !== undefined && 'from' in refined, job === 'refine_clients', JSON.stringify(refined));
    assert.equal(gate.limits[0]?.members[0]?.champion !== undefined, compares, `${known}: ${JSON.stringify(gate)}`);
  }
  await world.close();
});

test('where no row, or every row, is of these days the training fails and says so, and the champion stays', async () => {
  const world = await offers();
  const failure = async (job: string, date: string): Promise<string> => {
    const error = await world.run(job, date).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof EsteiraError);
    return `${error.code}: ${error.details.got}`;
  };
  await world.run('learn_one', '2026-03-09');
  assert.equal(
    await failure('learn_all', '2026-03-09'),
    'TRAINING_FAILED: every row is of the days that are held out by day, from 2025-03-10 to 2026-03-09: there is nothing to learn from',
  );
  assert.equal(
    await failure('learn_one', '2026-06-09'),
    'TRAINING_FAILED: no row is of the days that are held out by seen, from 2026-06-03 to 2026-06-09: there is nothing to judge with',
  );
  const { models } = await world.do('models', {});
  assert.ok(models.find(({ label }) => label === 'ml.seen_7_days')?.champion);
  await world.close();
});
