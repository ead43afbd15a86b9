import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { folderStore } from '../../src/adapters/files/store.ts';
import { EsteiraError } from '../../src/errors.ts';
import { bringAll } from '../../src/operate/publish/bring.ts';
import { Publisher } from '../../src/operate/publish/publisher.ts';
import { takeHistory } from '../../src/operate/publish/take-history.ts';
import type { KeptFiles } from '../../src/ports/index.ts';
import { publishedPlace, readLatest } from '../../src/registry/index.ts';
import { assertEqual, downForAnHour } from './hour.ts';
import { fallible, model, World } from './world.ts';

const root = mkdtempSync(path.join(tmpdir(), 'esteira-stores-'));
after(() => rmSync(root, { recursive: true }));
let made = 0;
const newStore = () => {
  made += 1;
  return fallible(folderStore({ path: path.join(root, String(made)) }));
};
const place = publishedPlace(model);
const latestOf = async (store: KeptFiles): Promise<string> => {
  const found = await readLatest(store, place);
  return found.is === 'whole' ? `${found.version} ${found.move?.number}` : found.is;
};
const owedOf = async (world: World) =>
  (await world.state.published.all()).map(({ store, owed }) => [store, owed?.tries ?? 0]);

test('a store that is down for an hour is owed what moved meanwhile, is asked less and less, and has all of it once it is back', async () => {
  const store = newStore();
  const turn = (isDown: boolean) => () => {
    store.isDown = isDown;
  };
  const beside = folderStore({ path: path.join(root, String(made)) });
  await downForAnHour({ store, beside, down: turn(true), up: turn(false) });
});

test('a store that cannot even be opened is owed, and keeps no other from having its models', async () => {
  const store = newStore();
  const missing = new EsteiraError('VARIABLE_MISSING', {
    what: 'The variable S3_ENDPOINT is not set.',
    next: 'Set it.',
  });
  let isSet = false;
  const open = async (): Promise<KeptFiles> => {
    if (!isSet) throw missing;
    return newStore();
  };
  const world = await World.with({ name: 's3', open }, { name: 'folder', open: async () => store });
  await world.move(await world.train());
  const found = await bringAll(world.project());
  assert.deepEqual(
    found.map(({ store: name, state, owed }) => [name, state, owed?.error]),
    [
      ['s3', 'owed', 'VARIABLE_MISSING: The variable S3_ENDPOINT is not set.'],
      ['folder', 'published', undefined],
    ],
  );
  assert.deepEqual(await bringAll(world.project(), { due: world.now }), [], 'it is not asked again at once');
  isSet = true;
  world.later({ seconds: 15 });
  assert.deepEqual(
    (await bringAll(world.project(), { due: world.now })).map(({ state }) => state),
    ['published'],
  );
  assert.deepEqual(await owedOf(world), [
    ['folder', 0],
    ['s3', 0],
  ]);
});

test('a store that does not answer for one model is not asked for the others, and each is owed', async () => {
  const store = newStore();
  const world = await World.with({ name: 's3', open: async () => store });
  for (const name of ['first', 'second', 'third']) {
    const one = `ranking.analytics.${name}`;
    await world.move(await world.train(one), 'better', one);
  }
  store.isDown = true;
  const found = await bringAll(world.project());
  assert.deepEqual(
    found.map(({ owed }) => owed?.error),
    Array(3).fill('STORE_UNREACHABLE: The bucket does not answer.'),
  );
  assert.equal(store.asked, 1);
});

test('killed at any point of publishing, the next process goes on, and nothing is doubled', async () => {
  for (let killed = 1; ; killed += 1) {
    const store = newStore();
    const world = await World.with({ name: 's3', open: async () => store });
    await world.move(await world.train());
    await bringAll(world.project());
    for (let moved = 0; moved < 3; moved += 1) await world.move(await world.train());
    let points = 0;
    let died = false;
    const dying = world.project(() => {
      points += 1;
      if (points === killed) died = true;
      if (died) throw new Error('killed');
    });
    // Nothing is noted by what is dead.
    await bringAll({
      ...dying,
      state: {
        ...world.state,
        models: world.state.models,
        published: { ...world.state.published, note: async () => {} },
      } as never,
    });
    assert.ok(['1', '4'].includes((await latestOf(store)).split(' ')[1] ?? ''));
    await bringAll(world.project(), { due: world.now });
    await assertEqual(world, store);
    assert.equal((await store.below('ltr', 99)).length, 4 + 4 + 1);
    if (!died) {
      assert.equal(killed, 8, 'three moves, three versions, latest');
      break;
    }
  }
});

test('what a state says to be there and is not is put there by the next that looks into everything', async () => {
  const [store, other] = [newStore(), newStore()];
  let now = store;
  const world = await World.with({ name: 's3', open: async () => now });
  await world.move(await world.train());
  await bringAll(world.project());
  now = other;
  assert.deepEqual(await bringAll(world.project(), { due: world.now }), []);
  await Publisher.of(world.project()).everything();
  await assertEqual(world, other);
});

test('a state that was restored from before puts nothing back, and says so', async () => {
  const store = newStore();
  const newer = await World.with({ name: 's3', open: async () => store });
  const older = await World.with({ name: 's3', open: async () => store });
  for (const world of [newer, older]) await world.move(await world.train());
  await bringAll(newer.project());
  await newer.move(await newer.train());
  await bringAll(newer.project());
  const [found] = await bringAll(older.project());
  assert.match(found?.owed?.error ?? '', /PUBLISH_CONFLICT: The store has a later move/);
  await assertEqual(newer, store);
  // Somebody who knows that the older one is to go on says so.
  const lost = (await newer.moves())[1];
  older.later({ minutes: 7 });
  await older.move(await older.train());
  assert.equal(await takeHistory(older.project(), model, 'eva'), 1);
  await bringAll(older.project());
  await assertEqual(older, store);
  assert.deepEqual((await older.moves()).map(({ to }) => to)[1], lost?.to);
  assert.equal((await older.moves()).length, 3);
  assert.equal(await takeHistory(older.project(), model, 'eva'), 0);
  const [behind] = await bringAll(newer.project());
  assert.match(behind?.owed?.error ?? '', /PUBLISH_CONFLICT/);
});

test('a version whose files are not whole is not published, and the one that is in use stays', async () => {
  const store = newStore();
  const world = await World.with({ name: 's3', open: async () => store });
  const first = await world.train();
  await world.move(first);
  await bringAll(world.project());
  const second = await world.train();
  await world.move(second);
  await world.project().files.remove(`models/${model}/${second}/model.txt`);
  const [found] = await bringAll(world.project());
  assert.match(found?.owed?.error ?? '', new RegExp(`${second} .*not whole`));
  assert.equal(await latestOf(store), `${first} 1`);
  await world.move(first, 'the new one is broken');
  await bringAll(world.project());
  await assertEqual(world, store);
});
