import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { DoctorView, Output } from '../../src/operate/views.ts';
import { dates, differences, parts, undisturbed, World } from './world.ts';

const [first = '', second = '', third = '', fourth = '', fifth = ''] = dates;
const same = undisturbed();

const finding = (view: DoctorView, what: string) => view.findings.find((one) => one.what === what);
async function doctor(world: World, ...words: string[]): Promise<DoctorView> {
  return JSON.parse((await world.run('doctor', ...words, '--json')).out) as DoctorView;
}
const runsOf = async (world: World): Promise<string[]> =>
  (await world.ask<Output<'runs'>>('runs', 'daily')).runs.map(({ date, state }) => `${date} ${state}`);

/** Three days, a copy of one store after so many of them. */
async function threeDays(part: 'state' | 'warehouse', after: number): Promise<World> {
  const world = new World();
  await world.succeed('setup');
  for (const [index, date] of [first, second, third].entries()) {
    if (index === after) world.keep(part, 'older');
    await world.day(date);
  }
  return world;
}

describe('a store that is older than the other', { concurrency: 2 }, () => {
  for (const after of [1, 2])
    test(`a state of ${3 - after} days ago: runs are refused and name what to do, and after it all is as if nothing had been`, async () => {
      const world = await threeDays('state', after);
      world.bringBack('state', 'older');
      world.arrive(fourth);
      const refused = await world.run('run', 'daily', '--date', fourth);
      assert.equal(refused.exit, 4, refused.out + refused.err);
      assert.match(refused.err, /FENCED: .*\n[\s\S]*esteira doctor --reconcile/);
      const found = finding(await doctor(world), 'state');
      assert.equal(found?.ok, false);
      assert.match(
        found.found,
        /older than the warehouse: .* published that it does not know, the last .* \(daily 2026-03-03\)/,
      );
      assert.match(found.next ?? '', /esteira doctor --reconcile/);
      assert.equal(finding(await doctor(world), 'state')?.ok, false, 'it only looked');
      assert.equal(finding(await doctor(world, '--reconcile'), 'reconciled')?.ok, true);
      assert.equal(finding(await doctor(world), 'state')?.ok, true);
      assert.match(await world.succeed('run', 'daily', '--date', third), /has succeeded already|is done/);
      for (const date of [fourth, fifth]) await world.day(date);
      assert.deepEqual(
        (await runsOf(world)).filter((one) => one.endsWith('succeeded')).toSorted(),
        dates.map((date) => `${date} succeeded`),
      );
      assert.deepEqual(await differences(world, await same), []);
    });

  test('a state that is lost is made again from what is published', async () => {
    const world = await threeDays('state', 1);
    for (const file of parts.state) rmSync(world.file(file), { force: true });
    const refused = await world.run('run', 'daily', '--date', second);
    assert.match(refused.err, /FENCED: [\s\S]*esteira doctor --reconcile/);
    assert.equal(finding(await doctor(world, '--reconcile'), 'reconciled')?.ok, true);
    assert.match(await world.succeed('run', 'daily', '--date', second), /has succeeded already|is done/);
    for (const date of [fourth, fifth]) await world.day(date);
    assert.deepEqual(await differences(world, await same), []);
  });

  test('a warehouse of before: what it does not have is named, is done again, and then all is as if nothing had been', async () => {
    const world = await threeDays('warehouse', 1);
    world.bringBack('warehouse', 'older');
    const found = finding(await doctor(world), 'state');
    assert.match(found?.found ?? '', /the warehouse is older than the state: it does not have what 2 runs published/);
    const told = await doctor(world, '--reconcile');
    const left = told.findings.filter(({ what, ok }) => what === 'daily' && !ok);
    assert.equal(left.length, 2);
    assert.equal(finding(await doctor(world), 'state')?.ok, true);
    for (const { next = '' } of left) await world.succeed(...next.split(' ').slice(1));
    for (const date of [fourth, fifth]) await world.day(date);
    assert.deepEqual(
      (await runsOf(world)).toSorted(),
      dates.map((date) => `${date} succeeded`),
    );
    assert.deepEqual(sorted(await differences(world, await same)), []);
  });
});

test('what is done again in another order reads all that is there: no number of before stands for other rows', async () => {
  const world = await threeDays('warehouse', 1);
  world.bringBack('warehouse', 'older');
  const { findings } = await doctor(world, '--reconcile');
  const left = findings
    .filter(({ what, ok }) => what === 'daily' && !ok)
    .map(({ next = '' }) => next.split(' ').slice(1));
  for (const words of left.toReversed()) await world.succeed(...words);
  for (const date of [fourth, fifth]) await world.day(date);
  // How many orders there were on a day depends on the order.
  const others = (await differences(world, await same)).filter((one) => !one.startsWith('gold.days'));
  assert.deepEqual(others, []);
});

const sorted = (of: readonly string[]): readonly string[] => of.toSorted();
