import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { inProcess } from '../crash/kill.ts';
import { copied } from '../crash/worlds.ts';
import { World } from '../run/support/world.ts';
import { node, wrong } from './checked.ts';
import { answer, begin, definitions, lineOf, lines, put, run, through } from './world.ts';

// What has changed between an approval and the run that applies it.

const states = async (world: World): Promise<readonly string[]> =>
  (await lines(world, ['proposed', 'approved', 'applied', 'replaced'])).map(
    ({ row, state }) => `${row['sku']} ${row['recommended_price']} ${state}`,
  );

test('a price that was approved later stands there, also where the clock was set back meanwhile', async () => {
  const world = await begin([{ sku: 'A', to: 10.4 }]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved');
  await run(world, 'apply');
  world.setClock('2026-09-16T06:00:00Z');
  put(world.folder, [{ sku: 'A', to: 10.6 }]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'rui'), 'approved');
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['A 10.6 by rui']);
  assert.deepEqual(await states(world), ['A 10.4 applied', 'A 10.6 applied']);
  assert.deepEqual(await wrong(world), []);
  await world.close();
});

test('a price that a killed run had taken gets out no more where another one of its row was approved since', async () => {
  const world = await begin([{ sku: 'A', to: 10.4 }]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved');
  await world.close();
  const apply = { name: 'run', input: { job: 'apply' }, now: '2026-09-17T08:00:00Z' } as const;
  assert.equal((await inProcess(world.folder, [apply], 'taken@1')).killedAt, 0);
  // By a clock that is behind that of whoever approved the first.
  const after = await World.open(world.folder, '2026-09-17T05:00:00Z');
  put(world.folder, [{ sku: 'A', to: 10.6 }]);
  await run(after, 'propose');
  assert.equal(await answer(after, 'approve', await lineOf(after, 'A'), 'rui'), 'approved');
  await run(after, 'apply');
  assert.deepEqual(await through(after), ['A 10.6 by rui']);
  assert.deepEqual(await states(after), ['A 10.4 replaced', 'A 10.6 applied']);
  assert.deepEqual(await wrong(after), []);
  await after.close();
});

test('what a killed run had taken gets out no more where its row is gone, nor where the warehouse was made anew', async () => {
  const world = await begin([{ sku: 'A', to: 10.4 }]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'ana'), 'approved');
  await world.close();
  const lost = copied(world.folder, 'approvals-lost');
  const apply = { name: 'run', input: { job: 'apply' }, now: '2026-09-17T08:00:00Z' } as const;
  assert.equal((await inProcess(world.folder, [apply], 'taken@1')).killedAt, 0);
  const after = await World.open(world.folder, '2026-09-17T09:00:00Z');
  put(world.folder, [{ sku: 'B', to: 10.4 }]);
  await run(after, 'propose');
  await run(after, 'apply');
  assert.deepEqual([await through(after), (await states(after))[0]], [[], 'A 10.4 replaced']);
  await after.close();
  rmSync(path.join(lost, 'warehouse'), { recursive: true });
  const anew = await World.open(lost, '2026-09-17T09:00:00Z');
  await anew.do('setup', {});
  await run(anew, 'apply');
  assert.deepEqual([await through(anew), await states(anew)], [[], ['A 10.4 replaced']]);
  await anew.close();
});

test('what a column does not allow any more is not applied, and keeps nothing else from getting out', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.6 },
  ]);
  await run(world, 'propose');
  for (const sku of ['A', 'B'])
    assert.equal(await answer(world, 'approve', await lineOf(world, sku), 'ana'), 'approved');
  await world.close();
  const folder = copied(world.folder, 'approvals-narrower');
  writeFileSync(path.join(folder, 'definitions', 'all.ts'), definitions.replace('.max(1000)', '.max(10.5)'));
  const after = await World.open(folder, '2026-09-17T09:00:00Z');
  await run(after, 'apply');
  assert.deepEqual(await through(after), ['A 10.4 by ana']);
  assert.deepEqual(await states(after), ['A 10.4 applied', 'B 10.6 replaced']);
  await after.close();
});

/** A 10.4 was asked for and copied; A 10.6 came, and was approved by ana; then the warehouse alone is that of the copy. */
async function broughtBack(): Promise<World> {
  const world = await begin([{ sku: 'A', to: 10.4 }]);
  await run(world, 'propose');
  await world.close();
  const copy = copied(world.folder, 'approvals-copy');
  const later = await World.open(world.folder, '2026-09-17T09:00:00Z');
  put(world.folder, [{ sku: 'A', to: 10.6 }]);
  await run(later, 'propose');
  assert.equal(await answer(later, 'approve', await lineOf(later, 'A'), 'ana'), 'approved');
  await later.close();
  rmSync(path.join(world.folder, 'warehouse'), { recursive: true });
  cpSync(path.join(copy, 'warehouse'), path.join(world.folder, 'warehouse'), { recursive: true });
  return World.open(copied(world.folder, 'approvals-back'), '2026-09-17T10:00:00Z');
}

test('where the warehouse was brought back from a copy, a row under a number that was lost is asked for, and what was approved of the lost one does not get out', async () => {
  const world = await broughtBack();
  put(world.folder, [{ sku: 'A', to: 11.5 }]);
  await run(world, 'propose');
  await run(world, 'apply');
  assert.deepEqual(await through(world), []);
  assert.deepEqual(await states(world), ['A 10.4 replaced', 'A 10.6 replaced', 'A 11.5 proposed']);
  assert.deepEqual(await wrong(world), []);
  await world.close();
});

test('where the warehouse was brought back from a copy, whoever looks asks for what stands there, and the next run for the lost row, which says the same', async () => {
  const world = await broughtBack();
  await run(world, 'apply');
  const back = ['A 10.4 replaced', 'A 10.6 replaced', 'A 10.4 proposed'];
  assert.deepEqual([await through(world), await states(world)], [[], back]);
  put(world.folder, [{ sku: 'A', to: 10.6 }]);
  await run(world, 'propose');
  await run(world, 'apply');
  const anew = [...back.slice(0, 2), 'A 10.4 replaced', 'A 10.6 proposed'];
  assert.deepEqual([await through(world), await states(world)], [[], anew]);
  assert.equal(await answer(world, 'approve', await lineOf(world, 'A'), 'rui'), 'approved');
  await run(world, 'apply');
  assert.deepEqual(await through(world), ['A 10.6 by rui']);
  assert.deepEqual(await wrong(world), []);
  await world.close();
});

test('of a state that an older Esteira wrote nothing is asked for again, and from the first look on what was read is known', async () => {
  const world = await begin([
    { sku: 'A', to: 10.4 },
    { sku: 'B', to: 10.4 },
  ]);
  await run(world, 'propose');
  assert.equal(await answer(world, 'reject', await lineOf(world, 'A'), 'ana', 'stock'), 'rejected');
  await world.close();
  const folder = copied(world.folder, 'approvals-older');
  const state = new DatabaseSync(path.join(folder, 'state.sqlite'));
  const columns = ['run_seq', 'token', 'restored'].map((name) => `alter table approval_read drop column ${name};`);
  state.exec(`${columns.join('')} update version set number = number - 1`);
  state.close();
  const after = await World.open(folder, '2026-09-17T09:00:00Z');
  assert.equal((await after.project.state.approvals.read(node))?.publication, undefined);
  assert.deepEqual((await lines(after, ['proposed', 'rejected'])).length, 2);
  const known = await after.project.state.approvals.read(node);
  assert.deepEqual([known?.restored, known?.publication !== undefined], [0, true]);
  await run(after, 'propose');
  assert.deepEqual((await lines(after, ['proposed', 'rejected', 'replaced'])).length, 2);
  assert.deepEqual(await wrong(after), []);
  await after.close();
});
