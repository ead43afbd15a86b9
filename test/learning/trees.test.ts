import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { Random } from '../../src/learn/random.ts';
import { readModel } from '../../src/learn/trees/format/read.ts';
import { predictTrees } from '../../src/learn/trees/train.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { atLeast, boostedTrees, byHand, col, files, job, lambdaMart, model, noWorse, samples, source, sql, table } from 'esteira';

export const arrived = source('landing.offers', { reader: files('offers/*.csv'), columns: {
  id: col.integer(), request: col.text(), price: col.real().optional(), colour: col.text(), chosen: col.boolean() } });
export const offers = table('silver.offers', {
  columns: { id: col.integer().key(), request: col.text(), price: col.real().optional(), colour: col.text(), chosen: col.boolean() }, rows: arrived,
});
export const chosen = model('ml.chosen', {
  from: offers, each: ['colour'], features: ['price'], target: 'chosen', learner: boostedTrees({ trees: 20, leaves: 7 }), gate: [atLeast('auc', 0.6)],
});
export const ranking = model('ml.rank', {
  from: offers, features: ['price', 'colour'], target: 'chosen', group: 'request', learner: lambdaMart({ at: [1, 3], trees: 30, leaves: 7, stopAfter: 10 }),
  gate: [atLeast(samples, 50), atLeast('ndcg_at_3', 0.5), noWorse('ndcg_at_3', 0.02)],
});
export const scores = table('gold.scores', {
  columns: { id: col.integer().key(), colour: col.text(), price: col.real().optional(), probability: col.real(), score: col.real(), version: col.text() },
  rows: sql\`select a.*, b.score, a.model_version as version from \${chosen.predict(offers)} a join (select id, score from \${ranking.predict(offers)} o) b using (id)
    where a.id in (select id from \${chosen.predict(offers)} again)\`,
});
export const learn = job('learn', { when: byHand, train: [chosen, ranking] });
export const daily = job('daily', { when: byHand, build: [scores] });
`;
let world: World;

before(async () => {
  const folder = temporaryFolder('learning-trees');
  writeProject(folder, { catalog: 'shop', definitions });
  const random = new Random(3);
  const colours = ['blue', 'green', 'red'];
  // The cheapest of a request is chosen more often, and red ones; some prices are missing.
  const lines = Array.from({ length: 400 }, (_, request) => {
    const rows = Array.from({ length: 8 }, () => ({ price: random.next() * 100, colour: colours[random.below(3)] }));
    const worth = rows.map(({ price, colour }) => -price / 15 + (colour === 'red' ? 2 : 0) + random.next());
    const best = worth.indexOf(Math.max(...worth));
    return rows.map(({ price, colour }, at) =>
      [request * 8 + at, `r${request}`, at === 5 ? '' : price.toFixed(3), colour, at === best].join(','),
    );
  });
  mkdirSync(path.join(folder, 'files', 'offers'), { recursive: true });
  writeFileSync(
    path.join(folder, 'files', 'offers', 'a.csv'),
    `id,request,price,colour,chosen\n${lines.flat().join('\n')}\n`,
  );
  world = await World.open(folder, '2026-03-10T06:00:00Z');
  await world.do('setup', {});
  await world.run('learn');
});
after(() => world.close());

const about = async (model: string) =>
  (await world.project.state.models.versions({ model: `shop.ml.${model}`, limit: 1 }))[0]?.about as VersionAbout;

test('a ranking is judged on whole requests that were kept from it, and told apart by them', async () => {
  const { gate, members } = await about('rank');
  const [samples, ndcg, before] = gate.limits;
  assert.equal(gate.passed, true, JSON.stringify(gate));
  const judged = Number(samples?.members[0]?.value);
  assert.ok(judged > 50 && judged < 120, `${judged} requests`);
  assert.equal(members[0]?.held, judged * 8);
  assert.ok(Number(ndcg?.members[0]?.value) > 0.7);
  assert.deepEqual([before?.sign, before?.members[0]?.passed], ['no worse', true]);
});

test('what trees predict in a table is what its model.txt says of each row, by member, with missing values', async () => {
  await world.run('daily');
  const rows = await world.rows('select id, colour, price, probability, score, version from gold.scores order by id');
  assert.equal(rows.length, 3200);
  const version = String(rows[0]?.[5]);
  const folder = path.join(world.folder, 'files', 'models', 'shop.ml.chosen', version, 'model.json');
  const { members } = JSON.parse(readFileSync(folder, 'utf8'));
  assert.equal(members.length, 3);
  for (const { member, parameters } of members) {
    const own = rows.filter(([, colour]) => colour === member.colour);
    const price = {
      of: 'numbers',
      values: Float64Array.from(own, (row) => Number(row[2] ?? 0)),
      valid: Uint8Array.from(own, (row) => (row[2] === null ? 0 : 1)),
    } as const;
    const wanted = predictTrees(readModel(parameters.text), { price });
    assert.deepEqual(
      own.map((row) => row[3]),
      [...wanted],
    );
  }
  assert.ok(rows.every(([, , , , score]) => Number.isFinite(score)));
});

test('inside a version of trees is what each feature did for it', async () => {
  const rows = await world.rows('select feature, gain > 0, splits > 0 from ml.rank order by gain desc');
  assert.deepEqual(rows, [
    ['price', true, true],
    ['colour', true, true],
  ]);
});

test('the same requests watch when to stop whatever else there is, some of every ten that teach, and none that is held out', async () => {
  const first = await about('rank');
  const watchers = async ({ runId }: VersionAbout): Promise<ReadonlyMap<unknown, string>> => {
    const [of] = await world.project.state.models.versions({ model: 'shop.ml.rank', runId, limit: 1 });
    const file = path.join(world.folder, 'files', 'models', 'shop.ml.rank', of?.version ?? '', 'rows.parquet');
    const reader = await (await DuckDBInstance.create(':memory:')).connect();
    const found = await reader.runAndReadAll(`select distinct request, _held, _watches from read_parquet('${file}')`);
    reader.closeSync();
    return new Map(found.getRows().map(([request, ...flags]) => [request, flags.join()]));
  };
  const before = await watchers(first);
  const count = (flags: string): number => [...before.values()].filter((one) => one === flags).length;
  assert.equal(before.size, 400);
  assert.equal(count('true,true'), 0);
  const part = count('false,true') / (400 - count('true,false'));
  assert.ok(part > 0.05 && part < 0.15, `${part}`);
  // They come before all others, so that nothing stands where it stood.
  const lines = Array.from({ length: 40 }, (_, at) => `${at - 40},n${at >> 3},${at},red,${at % 8 === 0}`);
  writeFileSync(
    path.join(world.folder, 'files', 'offers', 'b.csv'),
    `id,request,price,colour,chosen\n${lines.join('\n')}\n`,
  );
  world.setClock('2026-03-10T07:00:00Z');
  await world.run('learn');
  const after = await watchers(await about('rank'));
  assert.equal(after.size, 405);
  for (const [request, flags] of before) assert.equal(after.get(request), flags, String(request));
});
