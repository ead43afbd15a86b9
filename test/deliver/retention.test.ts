import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operate } from '../../src/operate/index.ts';
import type { World } from '../run/support/world.ts';
import { begin, definitions, end, idOf, put, wrong } from './world.ts';

const receipts = 'users.lead_score_receipts';
const counted = async (world: World): Promise<unknown> =>
  (await world.rows(`select count(*) from ${receipts}`))[0]?.[0];
/** How many receipts were removed, or would be. */
async function swept(world: World, dryRun = false): Promise<number | undefined> {
  const { kinds } = await world.do('gc', { dryRun });
  const found = kinds.find(({ kind }) => kind === 'receipts');
  assert.equal(found?.keeps, '6 months');
  return found.count;
}
const late = '2027-06-01T06:00:00Z';

test('receipts that are old go; those of a delivery that has a row left stay, and whoever goes on sends that row alone', async () => {
  const at = await begin(25);
  const { world, elsewhere } = at;
  await world.run('score');
  const score = (n: number): number => (n + 1) / 10_000;
  put(at.folder, 25, score);
  elsewhere.poison(idOf(12));
  world.setClock('2026-09-18T06:00:00Z');
  await assert.rejects(world.run('score'), /1 of 25 rows/);
  world.setClock('2026-10-18T06:00:00Z');
  assert.equal(await swept(world), 0);
  world.setClock(late);
  assert.equal(await swept(world, true), 25);
  assert.equal(await counted(world), 50);
  assert.equal(await swept(world), 25);
  assert.equal(await swept(world), 0);
  assert.deepEqual(await world.rows('select batch, row_count, sent, failed from users.lead_score_batches order by 1'), [
    [1, 10, 10, 0],
    [2, 10, 9, 1],
    [3, 5, 5, 0],
  ]);
  const { failed } = await world.do('write-back', { name: 'users.lead_score' });
  assert.deepEqual(
    failed.map(({ key }) => key),
    [`id ${idOf(12)}`],
  );
  elsewhere.cure();
  await world.run('score');
  assert.equal(await counted(world), 26);
  const there = elsewhere.rows('select lead_score, _writes from users order by id');
  assert.deepEqual(
    there.map((row) => [row['lead_score'], row['_writes']]),
    there.map((_, n) => [score(n), 2]),
    'each row was written once by each of the two',
  );
  world.setClock('2028-06-01T06:00:00Z');
  assert.equal(await swept(world), 26);
  assert.equal(await counted(world), 0);
  await end(at);
});

test('receipts that a table has not read yet stay until it has', async () => {
  const text = `${definitions}
export const log = table('gold.log', {
  columns: { id: col.text(), status: col.text(), delivered_at: col.timestamp() },
  rows: sql\`select id, status, delivered_at from \${scores.receipts.since('delivered_at')}\`,
  write: 'append',
});
export const logging = job('logging', { when: byHand, build: [log] });
`;
  const at = await begin(25, { text });
  const { world } = at;
  await world.do('run', { job: 'score' });
  world.setClock(late);
  assert.equal(await swept(world), 0);
  await world.do('run', { job: 'logging' });
  assert.deepEqual(await world.rows('select count(*) from gold.log'), [[25]]);
  assert.equal(await swept(world), 25);
  await world.do('run', { job: 'logging' });
  assert.deepEqual(await world.rows('select count(*) from gold.log'), [[25]]);
  assert.deepEqual(await wrong(at, 25).then((all) => all.filter((one) => !one.endsWith('no receipt'))), []);
  await end(at);
});

test('receipts stay, however old, where a table reads all of them each time', async () => {
  const text = `${definitions}
export const becameOf = table('gold.became_of', {
  columns: { id: col.text(), status: col.text() },
  rows: sql\`select id, status from \${scores.receipts}\`,
  write: 'replace',
});
export const counting = job('counting', { when: byHand, build: [becameOf] });
`;
  const at = await begin(25, { text });
  const { world } = at;
  await world.do('run', { job: 'score' });
  await world.do('run', { job: 'counting' });
  world.setClock(late);
  assert.equal(await swept(world), 0);
  await world.do('run', { job: 'counting' });
  assert.deepEqual(await world.rows('select count(*) from gold.became_of'), [[25]]);
  await end(at);
});

test('a run that has failed finds what it has sent, though another has sent the rest since and receipts are kept for a day', async () => {
  const at = await begin(25);
  const { world, elsewhere } = at;
  await world.run('score');
  put(at.folder, 25, (n) => (n + 1) / 10_000);
  elsewhere.poison(idOf(12));
  world.setClock('2026-09-18T06:00:00Z');
  await assert.rejects(world.run('score'), /1 of 25 rows/);
  elsewhere.cure();
  world.setClock('2026-09-19T06:00:00Z');
  await world.run('score');
  assert.equal(await counted(world), 51);
  world.setClock('2026-09-22T06:00:00Z');
  const project = { ...world.project, keep: { receipts: '1 day' } } as typeof world.project;
  await operate(project, 'gc', {}, { emit: () => {}, signal: new AbortController().signal });
  assert.equal(await counted(world), 26);
  const { runs } = await world.do('runs', { job: 'score' });
  const failed = runs.find(({ state }) => state === 'failed');
  await world.do('resume', { run: failed?.runId ?? '' });
  assert.equal(await counted(world), 26, 'no row is sent again');
  await end(at);
});
