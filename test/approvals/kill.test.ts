import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { inProcess } from '../crash/kill.ts';
import type { Command } from '../crash/process.ts';
import { copied } from '../crash/worlds.ts';
import { World } from '../run/support/world.ts';
import { wrong } from './checked.ts';
import { answer, begin, definitions, lineOf, lines, put, run, through } from './world.ts';

const later = '2026-09-17T08:00:00Z';
const apply: Command = { name: 'run', input: { job: 'apply' }, now: later };
const propose: Command = { name: 'run', input: { job: 'propose' }, now: later };

/** Two were approved, one of them after it was changed; one waits. */
let base: string;
before(async () => {
  const world = await begin(['A', 'B', 'C'].map((sku) => ({ sku, to: 10.4 })));
  await run(world, 'propose');
  await answer(world, 'approve', await lineOf(world, 'A'), 'ana');
  await answer(world, 10.3, await lineOf(world, 'B'), 'ana');
  await answer(world, 'approve', await lineOf(world, 'B'), 'rui');
  base = world.folder;
  await world.close();
});

async function killed(
  command: Command,
  stops: readonly string[],
  then: (world: World) => Promise<void>,
): Promise<void> {
  const folder = copied(base, 'approvals-killed');
  for (const stop of stops) {
    const { killedAt, error } = await inProcess(folder, [command], stop);
    assert.equal(error, undefined);
    assert.equal(killedAt, 0, `${stop} was met`);
  }
  const world = await World.open(folder, '2026-09-17T09:00:00Z');
  try {
    await then(world);
    assert.deepEqual(await wrong(world), []);
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function all(world: World): Promise<void> {
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['A 10.4 by ana', 'B 10.3 by rui, edited']);
  assert.deepEqual(
    (await lines(world)).map(({ row }) => row['sku']),
    ['C'],
  );
}

for (const stop of [
  'proposed@1',
  'intent@1',
  'taken@1',
  'written@1',
  'before-commit@1',
  'committed@1',
  'published@1',
  'applied@1',
  'done@1',
  'before-finish@1',
])
  test(`a run that is killed at ${stop} while it applies what is approved is gone on with: each row once`, () =>
    killed(apply, [stop], all));

test('a run that is killed again and again while it applies what is approved is gone on with', () =>
  killed(apply, ['taken@1', 'committed@1', 'published@1'], all));

test('what a run had taken before it was killed nobody changes, and it is applied as it was approved', () =>
  killed(apply, ['taken@1'], async (world) => {
    assert.equal(await answer(world, 'reject', await lineOf(world, 'A'), 'ana', 'stock'), 'DECIDED_ALREADY');
    await run(world, 'propose');
    await all(world);
  }));

for (const answered of ['waits', 'is rejected'])
  test(`a price that a killed run had taken gets out no more where another one of its row has come and ${answered}`, () =>
    killed(apply, ['taken@1'], async (world) => {
      put(world.folder, [
        { sku: 'A', to: 10.6 },
        { sku: 'B', to: 10.4 },
      ]);
      await run(world, 'propose');
      const state = answered === 'waits' ? 'proposed' : 'rejected';
      if (state === 'rejected')
        assert.equal(await answer(world, 'reject', await lineOf(world, 'A'), 'ana', 'stock'), state);
      await run(world, 'apply');
      assert.deepEqual(await through(world), ['B 10.3 by rui, edited']);
      assert.equal((await lineOf(world, 'A')).state, state);
      const [first] = await lines(world, ['replaced']);
      assert.deepEqual([first?.row['recommended_price'], first?.approvers], [10.4, ['ana']]);
    }));

test('a price that a killed run had taken gets out no more where its row stands there and is to be answered no more', () =>
  killed(apply, ['taken@1'], async (world) => {
    put(world.folder, [
      { sku: 'A', to: '' },
      { sku: 'B', to: 10.4 },
    ]);
    await run(world, 'propose');
    await run(world, 'apply');
    assert.deepEqual(await through(world), ['B 10.3 by rui, edited']);
  }));

for (const { only, out } of [
  { only: 'recommended_price > 10.35', out: ['A 10.4 by ana'] },
  { only: 'recommended_price < 10.35', out: [] },
])
  test(`what a run had taken before it was killed is applied where, by then, only rows of ${only} are to be answered, and it is one as it stands and as it was approved`, async () => {
    const folder = copied(base, 'approvals-killed');
    assert.equal((await inProcess(folder, [apply], 'taken@1')).killedAt, 0);
    const changed = definitions.replace('recommended_price is not null', only);
    writeFileSync(path.join(folder, 'definitions', 'all.ts'), changed);
    const world = await World.open(folder, '2026-09-17T09:00:00Z');
    await run(world, 'apply');
    assert.deepEqual(await through(world), out);
    assert.deepEqual(await wrong(world), []);
    await world.close();
  });

test('rows of a run that was killed before it could ask for them are asked for by whoever looks next', async () => {
  const folder = copied(base, 'approvals-killed');
  put(folder, [
    { sku: 'A', to: 10.6 },
    { sku: 'D', to: 10.6 },
  ]);
  const { killedAt } = await inProcess(folder, [propose], 'published@1');
  assert.equal(killedAt, 0);
  const world = await World.open(folder, '2026-09-17T09:00:00Z');
  const waiting = (await lines(world)).map(({ row, state }) => `${row['sku']} ${row['recommended_price']} ${state}`);
  assert.deepEqual(waiting, ['A 10.6 proposed', 'D 10.6 proposed'], 'and what was approved of A before is not applied');
  await run(world, 'apply');
  assert.deepEqual(await through(world), []);
  assert.deepEqual(await wrong(world), []);
  await world.close();
});
