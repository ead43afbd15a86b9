import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Random } from '../../src/learn/random.ts';
import { readModel } from '../../src/learn/trees/format/read.ts';
import type { TreeModel } from '../../src/learn/trees/model.ts';
import type { VersionAbout } from '../../src/registry/about.ts';
import { temporaryFolder, writeProject } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';

const definitions = `
import { approvedBy, atLeast, boostedTrees, byHand, col, files, job, model, settings, source, sql, table } from 'esteira';

export const limits = settings('config.limits', { dearest: col.real().default(1000), auc: col.real().default(0.6) });
export const arrived = source('landing.offers', { reader: files('offers/*.csv'), columns: {
  id: col.integer(), price: col.real(), colour: col.text(), shop: col.text(), chosen: col.boolean() } });
export const offers = table('silver.offers', {
  columns: { id: col.integer().key(), price: col.real(), colour: col.text(), shop: col.text(), chosen: col.boolean() },
  rows: sql\`select * from \${arrived} where price <= \${limits.dearest}\`,
});
export const chosen = model('ml.chosen', {
  from: offers, each: ['shop'], features: ['price', 'colour'], target: 'chosen', gate: [atLeast('auc', limits.auc)],
  learner: boostedTrees({ trees: 20, leaves: 7, refine: { trees: 5, most: 30 } }),
});
export const asked = model('ml.asked', {
  from: offers, features: ['price'], target: 'chosen', release: approvedBy('dados'),
  learner: boostedTrees({ trees: 5, leaves: 3, refine: { trees: 2 } }),
});
export const asking = job('asking', { when: byHand, train: [asked] });
export const going = job('going', { when: byHand, refine: [asked] });
export const daily = job('daily', { when: byHand, train: [chosen] });
export const hourly = job('hourly', { when: byHand, refine: [chosen] });
`;
const random = new Random(5);
/** The cheaper an offer is, the likelier it is chosen. */
function deliver(folder: string, name: string, first: number, words: readonly string[], shops: readonly string[]) {
  const lines = Array.from({ length: 500 }, (_, at) => {
    const price = random.next() * 100;
    const colour = words[random.below(words.length)];
    return [first + at, price.toFixed(3), colour, shops[at % shops.length], random.next() > price / 100].join(',');
  });
  mkdirSync(path.join(folder, 'files', 'offers'), { recursive: true });
  writeFileSync(
    path.join(folder, 'files', 'offers', name),
    `id,price,colour,shop,chosen\n${lines.flat().join('\n')}\n`,
  );
}

let world: World;
/** What happens while it learns. */
let meanwhile: (() => Promise<void>) | undefined;
const open = (folder = world.folder): Promise<World> =>
  World.open(folder, '2026-03-10T06:00:00Z', async (point) => {
    if (point === 'learned') await meanwhile?.();
  });
before(async () => {
  const folder = temporaryFolder('learning-refine');
  writeProject(folder, { catalog: 'shop', definitions });
  const config = path.join(folder, 'esteira.config.ts');
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, text.replace("standard: 'here',", "standard: 'here', groups: { dados: ['ana'] },"));
  deliver(folder, 'a.csv', 0, ['blue', 'red'], ['north']);
  world = await open(folder);
  await world.do('setup', {});
});
after(() => world.close());
beforeEach(() => {
  world.events.length = 0;
  meanwhile = undefined;
});

const model = 'shop.ml.chosen';
let hour = 6;
async function run(job: string, date?: string, of = model): Promise<{ version: string; about: VersionAbout }> {
  hour += 1;
  world.setClock(`2026-03-10T${String(hour).padStart(2, '0')}:00:00Z`);
  await world.run(job, date);
  const [newest] = await world.project.state.models.versions({ model: of, limit: 1 });
  return { version: newest?.version ?? '', about: newest?.about as VersionAbout };
}
const champion = async (of = model): Promise<string | undefined> =>
  (await world.project.state.models.champions()).get(of)?.version;
const said = (): string => world.events.flatMap((event) => (event.type === 'note' ? [event.text] : [])).join('\n');
function treesOf(version: string): readonly TreeModel[] {
  const file = path.join(world.folder, 'files', 'models', model, version, 'model.json');
  const { members } = JSON.parse(readFileSync(file, 'utf8'));
  return members.map(({ parameters }: { parameters: { text: string } }) => readModel(parameters.text));
}
const leaves = (trees: TreeModel['trees']) => trees.map(({ leafValue, threshold }) => [[...leafValue], [...threshold]]);

test('without a champion it is trained anew, and the version says so', async () => {
  const { version, about } = await run('hourly');
  assert.deepEqual(about.refined, { anew: 'there is no champion' });
  assert.equal(treesOf(version)[0]?.trees.length, 20);
  assert.equal(await champion(), version);
  assert.match(said(), /is the champion; it was trained anew: there is no champion/);
});

test("new trees come behind the champion's, made of the newest rows, with words that it did not know; what is new in a family is trained anew", async () => {
  const first = await run('daily');
  assert.equal(first.about.refined, undefined);
  deliver(world.folder, 'b.csv', 1000, ['blue', 'red', 'amber'], ['north', 'south']);
  const { version, about } = await run('hourly');
  assert.deepEqual(about.refined, { from: first.version });
  assert.deepEqual(
    about.members.map(({ member, refined }) => [member, refined]),
    [
      [{ shop: 'north' }, { trees: 20, added: 5 }],
      [{ shop: 'south' }, { anew: 'the champion has nothing of it to go on from' }],
    ],
  );
  assert.ok(about.rows > first.about.rows);
  const [[before], [north, south]] = [treesOf(first.version), treesOf(version)];
  assert.deepEqual(leaves(north?.trees.slice(0, 20) ?? []), leaves(before?.trees ?? []));
  assert.deepEqual([north?.trees.length, south?.trees.length], [25, 20]);
  assert.deepEqual(
    [before?.words.colour, north?.words.colour],
    [
      ['blue', 'red'],
      ['blue', 'red', 'amber'],
    ],
  );
  assert.match(said(), new RegExp(`${version} is the champion; it goes on from ${first.version}`));
  const { measures, rows } = about.members[0] ?? {};
  assert.ok(Number(measures?.auc) > 0.6 && Number(rows) > 500, `${measures?.auc} of ${rows} rows`);
});

test('one that would grow above what it may have is trained anew, by itself', async () => {
  const grown = await run('hourly');
  assert.deepEqual(grown.about.members[0]?.refined, { trees: 25, added: 5 });
  const { about } = await run('hourly');
  assert.deepEqual(
    about.members.map(({ refined }) => refined),
    [{ anew: 'the champion has 30 trees, and 5 more would be above 30' }, { trees: 25, added: 5 }],
  );
});

test('a champion made with other settings, or for a later date, is not gone on from', async () => {
  const { about: ofBefore } = await run('hourly', '2026-03-08');
  assert.match(JSON.stringify(ofBefore.refined), /was trained for 2026-03-09, and this run is for 2026-03-08/);
  await world.do('settings set', { name: 'config.limits.dearest', value: '90', by: 'ana' });
  const { about } = await run('hourly');
  assert.match(JSON.stringify(about.refined), /was trained with config\.limits\.dearest 1000.*, now 90/);
});

test('a champion of another definition, or of rows that were made otherwise, or whose files are cut, is not gone on from', async () => {
  const again = async (from: string, to: string): Promise<void> => {
    const below = path.join(world.folder, 'definitions');
    const [file = ''] = readdirSync(below);
    const text = readFileSync(path.join(below, file), 'utf8');
    assert.ok(text.includes(from));
    // A process imports a file once.
    rmSync(path.join(below, file));
    writeFileSync(path.join(below, `again-${file}`), text.replace(from, to));
    await world.close();
    world = await open();
    await world.do('setup', {});
  };
  const before = await champion();
  await again('leaves: 7', 'leaves: 6');
  assert.deepEqual((await run('hourly')).about.refined, {
    anew: `the champion ${before} was trained by another definition`,
  });
  const ofSix = await champion();
  await again('where price <= ', 'where id >= 0 and price <= ');
  assert.deepEqual((await run('hourly')).about.refined, {
    anew: `the champion ${ofSix} was trained with rows of tables or sources that were defined otherwise`,
  });
  const cut = (await champion()) ?? '';
  assert.deepEqual((await run('hourly')).about.refined, { from: cut });
  const last = (await champion()) ?? '';
  const file = path.join(world.folder, 'files', 'models', model, last, 'model.json');
  const whole = readFileSync(file);
  writeFileSync(file, '{}');
  assert.deepEqual((await run('hourly')).about.refined, { anew: `the champion ${last} cannot be read` });
  writeFileSync(file, whole);
});

test('a gate refuses what was refined like what was trained, and the champion stays', async () => {
  const before = await champion();
  await world.do('settings set', { name: 'config.limits.auc', value: '0.99', by: 'ana' });
  const { about } = await run('hourly');
  await world.do('settings set', { name: 'config.limits.auc', value: '0.6', by: 'ana' });
  assert.deepEqual([about.refined, about.gate.passed, await champion()], [{ from: before }, false, before]);
});

test('what goes on from a version that was taken back meanwhile is no champion by itself', async () => {
  const from = await champion();
  meanwhile = async () => {
    await world.do('models rollback', { model: 'chosen', by: 'ana', reason: 'seen with sales' });
  };
  const { version, about } = await run('hourly');
  const now = await champion();
  assert.deepEqual(about.refined, { from });
  assert.ok(now !== version && now !== from, `${now}`);
  assert.match(said(), new RegExp(`${version} goes on from ${from}, which is not the champion any more`));
  const view = await world.do('models show', { model: 'chosen', version });
  assert.deepEqual(
    [view.state, view.waits],
    ['candidate', `it goes on from ${from}, which is not the champion any more: it can be promoted`],
  );
});

test('an approval does not let out what goes on from a version that was taken back', async () => {
  const id = 'shop.ml.asked';
  const approve = () => world.do('approve', { model: 'asked', by: 'ana', reason: 'as it should be' });
  const { version: first } = await run('asking', undefined, id);
  await approve();
  const { version: second } = await run('going', undefined, id);
  assert.equal((await approve()).became, 'moved');
  const { version: third } = await run('going', undefined, id);
  await world.do('models rollback', { model: 'asked', by: 'ana', reason: 'it does harm' });
  const gone = `goes on from ${second}, which is not the champion any more`;
  const view = await world.do('models show', { model: 'asked', version: third });
  assert.equal(view.waits, `somebody of dados is to approve it, and it ${gone}`);
  const approved = await approve();
  assert.deepEqual([approved.became, approved.waits], ['waits', `it ${gone}: it can be promoted`]);
  assert.equal(await champion(id), first);
  await world.do('models promote', { model: 'asked', version: third, by: 'ana', reason: 'all the same' });
  assert.equal(await champion(id), third);
});
