import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { bringServed } from '../../../src/operate/serve/bring.ts';
import type { Project } from '../../../src/run/index.ts';
import { readSettingsText, settingsPath } from '../../../src/serve/tables/index.ts';
import { fallible } from '../../publish/world.ts';
import { folder, Shop, table } from './world.ts';

const shop = await Shop.open();
after(() => shop.world.close());
const rows = { model: folder, store: 'folder' };

/** The project, whose endpoints read that store. */
const through = (store: Project['files'] | ReturnType<typeof fallible>): Project =>
  Object.assign(Object.create(shop.project) as Project, { serving: { name: 'folder', open: async () => store } });

test('a table that has no publication is not there, and settings are as their definitions say', async () => {
  const { served, models } = await shop.world.do('publish', {});
  assert.deepEqual(models, []);
  assert.deepEqual(
    served.map(({ label, state }) => [label, state]),
    [
      ['silver.items', 'nothing yet'],
      ['settings', 'published'],
    ],
  );
  assert.deepEqual(readSettingsText((await shop.store.read(settingsPath('shop'))) ?? Buffer.alloc(0)).values, {
    'shop.config.limits.share': '0.5',
    'shop.config.limits.wait': '40 ms',
  });
});

test('after a run the rows are there, with what they are and which publication left them so', async () => {
  await shop.round(1);
  const { sequence, rows: count, key, columns, path, former, project, environment } = await shop.latest();
  assert.deepEqual(
    { sequence, count, key, former, project, environment },
    { sequence: 1, count: 40, key: 'id', former: [], project: 'world', environment: 'here' },
  );
  assert.deepEqual(columns, [
    { name: 'id', type: 'text' },
    { name: 'round', type: 'integer' },
    { name: 'seven', type: 'integer' },
    { name: 'half', type: 'real' },
  ]);
  assert.match(path, new RegExp(`^${folder}/1-[0-9a-f]{16}\\.parquet$`));
  assert.deepEqual(await shop.owed(), [
    [`endpoints/shop/settings.json`, undefined],
    [folder, undefined],
  ]);
});

test('a run that changes no row writes nothing', async () => {
  const before = await shop.latest();
  await shop.world.run('daily');
  await shop.world.do('publish', {});
  assert.deepEqual(await shop.latest(), before);
});

test('another publication takes the place of the one before, whose file goes once nobody can be reading it', async () => {
  const first = await shop.latest();
  shop.later({ minutes: 1 });
  await shop.round(2);
  const second = await shop.latest();
  assert.deepEqual([second.sequence, second.former], [2, [{ path: first.path, at: shop.now.toString() }]]);
  assert.equal((await shop.files()).length, 3);
  shop.later({ minutes: 16 });
  // What an attempt has left that came to nothing goes too; what is of a later one stays.
  await shop.store.keep(`${folder}/2-00000000.parquet`, { bytes: Buffer.from('x') });
  await shop.store.keep(`${folder}/9-00000000.parquet`, { bytes: Buffer.from('x') });
  await shop.round(3);
  const third = await shop.latest();
  const names = [second, third].map(({ path }) => path.slice(folder.length + 1));
  assert.deepEqual(await shop.files(), [...names, '9-00000000.parquet', 'latest.json']);
});

test('a setting that is changed is there at once', async () => {
  await shop.world.do('settings set', {
    name: 'config.limits.share',
    value: '0.25',
    by: 'ana',
    reason: 'less',
  });
  const { values } = readSettingsText((await shop.store.read(settingsPath('shop'))) ?? Buffer.alloc(0));
  assert.equal(values['shop.config.limits.share'], '0.25');
});

test('a file that is gone, and a latest.json that is broken, are written anew by the next that looks into everything', async () => {
  const { path, sequence } = await shop.latest();
  await shop.store.remove(path);
  await shop.world.do('publish', {});
  assert.ok(await shop.store.read((await shop.latest()).path));
  shop.put(`${folder}/latest.json`, 'not this');
  await shop.store.remove(`${folder}/latest.json`);
  await shop.world.do('publish', {});
  assert.equal((await shop.latest()).sequence, sequence);
});

test('a store that is away is owed the rows, is asked again later, and has the newest of them once it is back', async () => {
  const store = fallible(shop.store);
  const project = through(store);
  store.isDown = true;
  shop.later({ minutes: 1 });
  await shop.deliver(4);
  const before = await shop.latest();
  const found = await bringServed(project);
  assert.deepEqual(
    found.map(({ state, owed }) => [state, owed?.error]),
    Array(2).fill(['owed', 'STORE_UNREACHABLE: The bucket does not answer.']),
  );
  assert.equal(store.asked, 1, 'it is asked once');
  assert.deepEqual(await bringServed(project, { due: shop.now }), [], 'it is not asked again at once');
  const { owed } = await shop.world.do('status', {});
  assert.deepEqual(
    owed.map(({ label }) => label),
    ['settings of endpoint shop', 'silver.items of endpoint shop'],
  );
  assert.deepEqual(await shop.latest(), before);
  store.isDown = false;
  shop.later({ seconds: 15 });
  const states = async () => (await bringServed(project, { due: shop.now })).map(({ state }) => state);
  assert.deepEqual(await states(), ['there', 'there']);
  await shop.world.run('daily');
  assert.equal((await shop.latest()).sequence, before.sequence + 1);
  assert.deepEqual(await states(), []);
});

test('of many who bring rows at once, while others are published, the newest stand at the end, and never is a smaller one in the place of a greater', async () => {
  const seen: number[] = [];
  const watched = {
    ...fallible(shop.store),
    replace: async (path: string, now: Parameters<typeof shop.store.replace>[1]) => {
      const done = await shop.store.replace(path, now);
      if (done === 'replaced') seen.push((await shop.latest()).sequence);
      return done;
    },
  };
  const bringing = async (): Promise<void> => {
    for (let times = 0; times < 5; times += 1) await bringServed(through(watched as never));
  };
  const publishing = async (): Promise<void> => {
    for (let round = 10; round < 16; round += 1) {
      await shop.deliver(round);
      await shop.world.run('daily');
    }
  };
  await Promise.all([publishing(), ...Array.from({ length: 4 }, bringing)]);
  await bringServed(shop.project);
  const position = await shop.project.warehouse.position('shop');
  assert.equal(BigInt((await shop.latest()).sequence), position.latest.get('silver.items')?.sequence);
  assert.deepEqual(
    seen,
    seen.toSorted((one, other) => one - other),
  );
  assert.ok(await shop.store.read((await shop.latest()).path));
});

test('rows that the warehouse does not know are left, and told of, until somebody says that this project goes on', async () => {
  const latest = await shop.latest();
  const { latestText } = await import('../../../src/serve/tables/latest.ts');
  const look = await shop.store.look(`${folder}/latest.json`);
  const later = latestText({ ...latest, sequence: latest.sequence + 5, run: 'another' });
  await shop.store.replace(`${folder}/latest.json`, { bytes: later, mark: look?.mark ?? '' });
  await assert.rejects(shop.world.do('publish', {}), { code: 'PUBLISH_CONFLICT' });
  await shop.round(20);
  assert.equal((await shop.latest()).sequence, latest.sequence + 5, 'a smaller one takes no place');
  assert.match((await shop.owed()).find(([model]) => model === rows.model)?.[1] ?? '', /does not know/);
  await shop.world.do('publish', { takeOver: 'silver.items', by: 'eva' });
  assert.equal((await shop.latest()).sequence, latest.sequence + 1);
  assert.deepEqual(await shop.owed(), [
    [`endpoints/shop/settings.json`, undefined],
    [folder, undefined],
  ]);
});

test('another project that publishes in the same place is told so, and changes nothing', async () => {
  const before = await shop.latest();
  const project = Object.assign(Object.create(shop.project) as Project, { name: 'another' });
  const [found] = await bringServed(project);
  assert.match(found?.owed?.error ?? '', /PUBLISH_CONFLICT: Another project publishes/);
  assert.deepEqual(await shop.latest(), before);
  await bringServed(shop.project);
});

test('what an endpoint does not read any more is owed to nobody', async () => {
  const { state } = shop.project;
  await state.published.note({ store: 'folder', model: `endpoints/gone/tables/${table}` });
  await state.published.note({ store: 'folder', model: 'shop.gold.demand' });
  await bringServed(shop.project);
  const models = (await shop.owed()).map(([model]) => model);
  assert.deepEqual(models, ['endpoints/shop/settings.json', folder, 'shop.gold.demand']);
});

test('who keeps the schedules publishes what the last of their runs has left before it ends', async () => {
  await shop.world.do('start', { once: true } as never);
  shop.later({ hours: 24 });
  await shop.deliver(30);
  const { sequence } = await shop.latest();
  const { runs } = await shop.world.do('start', { once: true } as never);
  assert.equal(runs.succeeded, 1);
  assert.equal((await shop.latest()).sequence, sequence + 1);
});
