import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModelsView, MonitorsView, StatusView } from '../../src/operate/views.ts';
import { World } from './world.ts';

const monitors = `
export const moved = monitor('moved', { expect: atMost(drift(people, { from: usage }), 0.2) });
export const distance = monitor('distance', { expect: atMost(drift(people, { from: usage, by: 'ks' }), 0.2) });
export const far = monitor('far', { expect: atMost(inertia(usage, { of: people }), 1.5) });
`;
const verdicts = async (world: World) => {
  const { monitors: all } = await world.ask<MonitorsView>('monitors');
  return Object.fromEntries(all.map(({ monitor, last }) => [monitor, last?.verdict]));
};
const dueOf = async (world: World) => {
  const { retrain } = await world.ask<StatusView>('status');
  return retrain.flatMap(({ due }) => due.map(({ why, what }) => `${why}: ${what}`));
};

describe('whether a model should be trained again', { concurrency: 2 }, () => {
  it('rows that have moved from those that the champion was trained with raise monitors, one by one', async () => {
    const world = new World({ more: monitors });
    await world.succeed('setup');
    await world.trained();
    await world.succeed('run', 'daily', '--again');
    assert.deepEqual(await verdicts(world), { moved: 'held', distance: 'held', far: 'held' });
    await world.succeed('settings', 'set', 'config.planted.shift', '400');
    await world.succeed('run', 'daily', '--again');
    assert.deepEqual(await verdicts(world), { moved: 'broken', distance: 'broken', far: 'broken' });
    const facts = async (name: string): Promise<readonly string[]> =>
      (await world.ask<MonitorsView>('monitors', name)).monitors[0]?.last?.facts ?? [];
    assert.match(
      (await facts('moved')).join('\n'),
      /^minutes of shop store: PSI [\d.]+\nminutes of shop web: PSI [\d.]+$/,
      'the other features have not moved',
    );
    assert.match(
      (await facts('far')).join('\n'),
      /^shop store: .*\nshop web: [\d.]+ a row over 196 rows; .* when it was trained$/,
    );

    const due = await dueOf(world);
    assert.ok(
      due.some((one) => one === 'settings: it was trained with config.planted.shift = 0, which is 400 now'),
      due.join('\n'),
    );
    for (const name of ['moved', 'distance', 'far'])
      assert.ok(due.some((one) => one.startsWith(`monitor: the monitor "${name}"`)));
    await world.trained();
    assert.deepEqual(await dueOf(world), [], 'what monitors found of the champion before is not of this one');
    await world.succeed('run', 'daily', '--again');
    assert.deepEqual(await verdicts(world), { moved: 'held', distance: 'held', far: 'held' });
  });

  it('settings that have changed and its age are said, and nothing is trained for it', async () => {
    const world = new World({});
    await world.succeed('setup');
    const version = await world.trained();
    assert.deepEqual(await dueOf(world), []);
    await world.succeed('settings', 'set', 'config.shops[web].size', '250');
    assert.deepEqual(await dueOf(world), [
      'settings: it was trained with config.shops[web].size = 200, which is 250 now',
    ]);
    await world.succeed('settings', 'set', 'config.shops[web].size', '200');
    assert.deepEqual(await dueOf(world), [], 'as it was');
    world.later({ hours: 31 * 24 });
    assert.deepEqual(await dueOf(world), ['age: it is 31 days old, and may be 30 days']);
    await world.succeed('settings', 'set', 'config.planted.age', '40 days');
    assert.deepEqual(await dueOf(world), []);
    await world.succeed('run', 'daily');
    const { models } = await world.ask<ModelsView>('models');
    assert.equal(models[0]?.champion?.version, version);
    assert.equal(models[0]?.newest, undefined);
  });
});
