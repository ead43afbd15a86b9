import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { inProcess } from '../crash/kill.ts';
import type { Command } from '../crash/process.ts';
import { copied } from '../crash/worlds.ts';
import { World } from '../run/support/world.ts';
import { Elsewhere } from './elsewhere.ts';
import { begin, end, put, scoreOf, wrong } from './world.ts';

const users = 45;
const run: Command = { name: 'run', input: { job: 'score' }, now: '2026-09-17T06:00:00Z' };

let base: string;
before(async () => {
  const at = await begin(users);
  base = at.folder;
  await end(at);
});

/** The run killed at each of these points in turn, and then left to end; what is other than it should be. */
async function killed(stops: readonly string[]): Promise<readonly string[]> {
  const folder = copied(base, 'deliver-killed');
  try {
    for (const stop of stops) {
      const { killedAt, error } = await inProcess(folder, [run], stop);
      if (error !== undefined) return [error];
      assert.equal(killedAt, 0, `${stop} was met`);
    }
    const at = { world: await World.open(folder, run.now), elsewhere: new Elsewhere(folder) };
    try {
      await at.world.do('run', { job: 'score' });
      const sent = "select count(*), count(distinct id) from users.lead_score_receipts where status = 'sent'";
      const [[receipts, ids] = []] = await at.world.rows(sent);
      const found = [...(await wrong(at, users))];
      if (receipts !== users || ids !== users)
        found.push(`${receipts} receipts of rows that were sent, of ${ids} rows`);
      return found;
    } finally {
      await end(at);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// Of five batches, up to three at once: before one is sent, when it was written and nobody was told, and when it was kept.
const batches = [1, 2, 3, 4, 5].flatMap((n) => [`batch-sent@${n}`, `batch-kept@${n}`]);
const points = ['delivery-begun@1', 'delivered@1', 'committed@2', 'published@2', 'done@2', 'before-finish@1'];
for (const stop of [...batches, ...points])
  test(`a delivery that is killed at ${stop} goes on, writes each row once and has a receipt of it`, async () => {
    assert.deepEqual(await killed([stop]), []);
  });

test('a delivery that is killed again and again goes on each time', async () => {
  assert.deepEqual(await killed(['batch-sent@2', 'batch-sent@1', 'batch-kept@1', 'delivered@1', 'published@1']), []);
});

test('without its journal a delivery that was killed writes no row a second time', async () => {
  const folder = copied(base, 'deliver-container');
  assert.equal((await inProcess(folder, [run], 'batch-kept@3')).killedAt, 0);
  rmSync(`${folder}/.esteira`, { recursive: true, force: true });
  const at = { world: await World.open(folder, run.now), elsewhere: new Elsewhere(folder) };
  await at.world.do('run', { job: 'score' });
  assert.deepEqual(await wrong(at, users), []);
  await end(at);
});

test('rows that are other ones when a killed delivery goes on are those that are written', async () => {
  const folder = copied(base, 'deliver-other');
  assert.equal((await inProcess(folder, [run], 'batch-kept@3')).killedAt, 0);
  put(folder, users, (n) => (n + 1) / 10_000);
  const at = { world: await World.open(folder, run.now), elsewhere: new Elsewhere(folder) };
  await at.world.do('run', { job: 'score' });
  at.world.setClock('2026-09-18T06:00:00Z');
  await at.world.do('run', { job: 'score' });
  const there = at.elsewhere.rows('select id, lead_score from users order by id');
  assert.deepEqual(
    there.map((row) => row['lead_score']),
    Array.from({ length: users }, (_, n) => (n + 1) / 10_000),
  );
  await end(at);
});

for (const stop of ['batch-kept@3', 'delivered@1', 'done@2'])
  test(`a table that is kept elsewhere in another place when a delivery goes on that was killed at ${stop} is written there whole`, async () => {
    const folder = copied(base, 'deliver-moved');
    assert.equal((await inProcess(folder, [run], stop)).killedAt, 0);
    const file = path.join(folder, 'definitions', 'all.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace("app.keep('users'", "app.keep('people'"));
    const at = { world: await World.open(folder, run.now), elsewhere: new Elsewhere(folder) };
    const there = (name: string) => at.elsewhere.rows(`select id, lead_score, _writes from ${name} order by id`);
    const former = there('users');
    at.elsewhere.table(
      'people',
      ['id', 'lead_score'],
      former.map(({ id }) => String(id)),
    );
    await at.world.do('run', { job: 'score' });
    at.world.setClock('2026-09-18T06:00:00Z');
    await at.world.do('run', { job: 'score' });
    assert.deepEqual(
      there('people').map((row) => [row['id'], row['lead_score'], row['_writes']]),
      former.map(({ id }, n) => [id, scoreOf(n), 1]),
    );
    assert.deepEqual(there('users'), former, 'nothing more is written where it was');
    const [[newest] = []] = await at.world.rows(
      "select count(distinct id) from users.lead_score_receipts where status = 'sent'",
    );
    assert.equal(newest, users);
    await end(at);
  });
