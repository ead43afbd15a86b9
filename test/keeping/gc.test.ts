import assert from 'node:assert/strict';
import { existsSync, utimesSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { GcView, Output } from '../../src/operate/views.ts';
import { dates, differences, World } from './world.ts';

const [first = '', second = '', third = ''] = dates;
const counts = ({ kinds }: GcView) =>
  Object.fromEntries(kinds.filter(({ count }) => count > 0).map(({ kind, count }) => [kind, count]));

async function someDays(keep = ''): Promise<World> {
  const world = new World();
  if (keep) world.write({ 'esteira.config.ts': config(keep) });
  await world.succeed('setup');
  for (const date of [first, second]) await world.day(date);
  await world.succeed('run', 'other', '--date', first);
  await world.succeed('run', 'other', '--date', first, '--again');
  await world.succeed('run', 'other', '--date', second);
  return world;
}
const config = (keep: string): string => `import { duckdb, folder, project, sqlite } from 'esteira/config';
export default project({ name: 'shop', pipelines: { shop: 'definitions/*.ts' }, standard: 'local', environments: { local: {
  warehouse: duckdb({ folder: 'warehouse', threads: 1 }), state: sqlite({ file: 'warehouse/state.sqlite' }), files: folder({ path: 'data' }), ${keep} } } });
`;
const later = { env: { ESTEIRA_NOW: '2027-03-10T12:00:00Z' } };
const at = async (world: World, now: typeof later, ...words: string[]) => {
  const { exit, out, err } = await world.give(words, now.env);
  assert.equal(exit, 0, out + err);
  return out + err;
};
const gc = async (world: World, ...words: string[]) =>
  JSON.parse(await at(world, later, 'gc', ...words, '--json')) as GcView;

describe('what is old leaves the state', { concurrency: 2 }, () => {
  test('a dry run says what, the same then goes, and dates that are done stay done', async () => {
    const world = await someDays();
    world.write({ '.esteira/answers/duckdb.json.4711': '{', '.esteira/heartbeat.json.new': '{' });
    const old = Date.parse('2026-01-01') / 1000;
    utimesSync(world.file('.esteira/answers/duckdb.json.4711'), old, old);
    assert.deepEqual(counts(JSON.parse((await world.run('gc', '--dry-run', '--json')).out) as GcView), {
      leftovers: 1,
    });
    const foreseen = await gc(world, '--dry-run');
    assert.deepEqual(counts(foreseen), { runs: 1, details: 2, 'log lines': 14, leftovers: 1 });
    assert.match(
      await at(world, later, 'gc', '--dry-run'),
      /runs +6 months +1 .*\n[\s\S]*This would be removed: esteira gc/,
    );
    assert.deepEqual(counts(await gc(world)), counts(foreseen));
    assert.deepEqual(counts(await gc(world)), {});
    assert.match(await at(world, later, 'gc'), /Nothing is older than it is kept/);
    assert.ok(!existsSync(world.file('.esteira/answers/duckdb.json.4711')));
    assert.match(await world.succeed('run', 'daily', '--date', first), /is done|has succeeded/);
    const { runs } = await world.ask<Output<'runs'>>('runs');
    assert.deepEqual(runs.map(({ job, date, state }) => `${job} ${date} ${state}`).toSorted(), [
      `daily ${first} succeeded`,
      `daily ${second} succeeded`,
      `other ${first} succeeded`,
      `other ${second} succeeded`,
    ]);
    // What is not known any more is not taken for lost.
    const { findings } = JSON.parse((await world.run('doctor', '--json')).out) as Output<'doctor'>;
    assert.equal(findings.find(({ what }) => what === 'state')?.ok, true);
    const twin = await someDays();
    for (const one of [world, twin]) await one.day(third);
    assert.deepEqual(await differences(world, twin), []);
  });

  test('each environment says how long, and what is not to go does not', async () => {
    const world = await someDays(`keep: { runs: 'forever', logs: '400 days' }`);
    assert.deepEqual(counts(await gc(world)), {});
    const wrong = new World({ 'esteira.config.ts': config(`keep: { logs: '2 hours' }`) });
    const { exit, err } = await wrong.run('status');
    assert.equal(exit, 2);
    assert.match(err, /CONFIG_INVALID: .*keep\.logs[\s\S]*2 hours[\s\S]*'90 days', or 'forever'/);
  });

  test('the owner does it by itself, once a day of its clock', async () => {
    const world = await someDays();
    // Nobody has kept its schedules: nothing is due.
    assert.match(await at(world, later, 'start', '--once'), /removed what is older than is kept: .*runs 1/);
    assert.doesNotMatch(await at(world, later, 'start', '--once'), /removed/);
  });
});
