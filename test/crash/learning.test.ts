import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { before, test } from 'node:test';
import { championOf, consistentVersion, deliver, learningWorld } from '../learning/world.ts';
import { temporaryFolder } from '../run/support/folder.ts';
import { World } from '../run/support/world.ts';
import { inProcess } from './kill.ts';

const [first, second] = ['20260310_0600', '20260311_0600'];
const later = '2026-03-11T06:00:00Z';
const retrain = { name: 'run', input: { job: 'retrain' }, now: later } as const;
let base: string;
/** Everything that a retraining leaves, where nothing disturbs it. */
let wanted: unknown;

const copied = (): string => {
  const folder = temporaryFolder('learning-kill');
  cpSync(base, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
};
const left = async (world: World): Promise<unknown> => ({
  centroids: await world.rows('select * exclude (_run, _seq) from analytics.engagement order by all'),
  labels: await world.rows('select * exclude (_run, _seq) from analytics.labels__versions order by all'),
  shown: await world.rows('select * from analytics.labels order by all'),
  versions: (await world.project.state.models.versions({ limit: 10 })).map(({ version, state, contentHash }) => [
    version,
    state,
    typeof contentHash,
  ]),
  moves: (await world.project.state.models.moves({ model: 'shop.analytics.engagement', limit: 10 })).map(
    ({ number, from, to }) => [number, from, to],
  ),
});

before(async () => {
  const world = await learningWorld('learning-base');
  base = world.folder;
  await world.run('retrain');
  await world.run('classify');
  assert.equal(await consistentVersion(world), first);
  deliver(base, 2);
  await world.close();
  const other = await World.open(copied(), later);
  await other.run('retrain');
  wanted = await left(other);
  await other.close();
});

// A model is the second step of three, its labels are the third.
const stops = [
  ...['opened@1', 'claimed@1', 'intent@2', 'version@1', 'learned@1', 'kept@1'],
  ...['before-commit@2', 'committed@2', 'published@2', 'registered@1', 'done@2'],
  ...['before-commit@3', 'committed@3', 'published@3', 'done@3', 'moved@1', 'shown@1', 'before-finish@1', 'finished@1'],
];

for (const stop of stops) {
  test(`a retraining that is killed at ${stop} leaves the old pair or the new one, and the next comes to the same`, async () => {
    const folder = copied();
    const { killedAt, error } = await inProcess(folder, [retrain], stop);
    assert.deepEqual([killedAt, error], [0, undefined]);
    const world = await World.open(folder, later);
    try {
      await world.run('classify');
      const version = await consistentVersion(world);
      assert.equal(version, await championOf(world, 'analytics.engagement'));
      assert.ok([first, second].includes(String(version)));
      const shown = await world.rows('select count(*), count(distinct level || centroid_id) from analytics.labels');
      assert.deepEqual(shown, [[6, 6]]);
      if (stop !== 'finished@1') await world.run('retrain');
      assert.deepEqual(await left(world), wanted);
      world.setClock('2026-03-12T06:00:00Z');
      await world.run('classify');
      assert.equal(await consistentVersion(world), second);
    } finally {
      await world.close();
    }
  });
}
