import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Postgrest, postgrest } from '../../src/testing/index.ts';
import { Sandbox } from '../sandbox.ts';

const users = 200;
const definitions = `import { byHand, col, env, job, sql, table } from 'esteira';
import { supabase } from 'esteira/supabase';
const app = supabase(env('APP_URL'), env('APP_KEY'));
export const scores = table('users.score', { columns: { id: col.integer().key(), score: col.integer() }, write: 'update', rows: sql\`
  select range as id, range * 7 as score from range(${users})\`, keptIn: app.keep('users', { batch: 10, parallel: 2 }) });
export const daily = job('daily', { when: byHand, build: [scores] });
export const weekly = job('weekly', { when: byHand, build: [scores] });
`;

async function begin(): Promise<{ readonly app: Postgrest; readonly shop: Sandbox }> {
  const rows = Array.from({ length: users }, (_, id) => ({ id, score: null }));
  const app = await postgrest({
    tables: { users: { columns: { id: 'integer', score: 'integer' }, key: ['id'], rows } },
  });
  const shop = new Sandbox(
    { 'definitions/shop.ts': definitions },
    { env: { APP_URL: app.address, APP_KEY: app.keys.service } },
  );
  await shop.succeed('setup');
  return { app, shop };
}

/** Rows that were not written once, or say something else. */
function wrong(app: Postgrest): readonly unknown[] {
  const rows = JSON.parse(JSON.stringify(app.rows('users'))) as readonly { id: number; score: number | null }[];
  const writes = [...app.writes('users').values()];
  return [
    ...rows.filter(({ id, score }) => score !== id * 7),
    ...writes.filter((times) => times !== 1),
    users - writes.length,
  ].filter((one) => one !== 0);
}
const sentBy = async (shop: Sandbox): Promise<unknown> => {
  const { rows } = await shop.ask<{ rows: unknown[][] }>(
    'query',
    "select count(*) filter (status = 'sent'), count(*) filter (status = 'unchanged'), count(*) from users.score_receipts",
  );
  return rows[0];
};

test('while rows are written elsewhere another run of the job, and one of another job with that table, are refused and write nothing', async () => {
  const { app, shop } = await begin();
  try {
    // It stands in the middle of its batches.
    let met = 0;
    const isLater = ({ method, query }: { method: string; query: string }): boolean =>
      method === 'PATCH' && query.includes('id=eq.') && app.writes('users').size > 50 && ++met > 0;
    app.fail({ is: '429', retryAfter: 1, times: 10_000, of: isLater });
    const first = shop.start(['run', 'daily']);
    for (const until = performance.now() + 30_000; met === 0 && performance.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 5));
    for (const other of ['daily', 'weekly']) {
      const { exit, err } = await shop.run('run', other);
      assert.equal(exit, 4, err);
      assert.match(err, new RegExp(`RUN_IN_PROGRESS.*daily[\\s\\S]*process ${first.pid} `));
    }
    assert.equal(first.isOver, false, 'the first run is still at it');
    const openings = app.requests.filter(({ method, body }) => method === 'PATCH' && body === '[]');
    assert.ok(
      openings.length <= 3,
      `opened ${openings.length} times: to look before each job's first run, and to write once`,
    );
    app.heal();
    const { exit, err } = await first.ended;
    assert.equal(exit, 0, err);
    assert.deepEqual(wrong(app), []);
    assert.deepEqual(await sentBy(shop), [users, 0, users]);
  } finally {
    await app.close();
  }
});

test('of two runs that begin at the same moment after one was killed, one goes on with it: each row is written once', async () => {
  const { app, shop } = await begin();
  try {
    const killed = await shop.start(['run', 'daily'], { env: { ESTEIRA_STOP_AT: 'batch-sent@7' } }).ended;
    assert.equal(killed.exit, 137, killed.err);
    const ends = await Promise.all([shop.run('run', 'daily'), shop.run('run', 'daily')]);
    assert.ok(
      ends.some(({ exit }) => exit === 0),
      ends.map(({ err }) => err).join(),
    );
    for (const { exit, err } of ends) assert.ok(exit === 0 || (exit === 4 && /RUN_IN_PROGRESS/.test(err)), err);
    assert.deepEqual(wrong(app), []);
  } finally {
    await app.close();
  }
});

test('two projects that write the same rows at the same time write each once, and both have a receipt of it', async () => {
  const { app, shop } = await begin();
  try {
    const other = shop.copy();
    other.write({ 'definitions/shop.ts': definitions.replace('batch: 10, parallel: 2', 'batch: 33, parallel: 4') });
    await Promise.all([shop.succeed('run', 'daily'), other.succeed('run', 'daily')]);
    assert.deepEqual(wrong(app), []);
    const [[sent, unchanged, all], [theirs, left, both]] = [await sentBy(shop), await sentBy(other)] as [
      number[],
      number[],
    ];
    assert.deepEqual([all, both], [users, users]);
    assert.equal(Number(sent) + Number(theirs), users, 'each is sent by one of them');
    assert.equal(Number(unchanged) + Number(left), users);
  } finally {
    await app.close();
  }
});
