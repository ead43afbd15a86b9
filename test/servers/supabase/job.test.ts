// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { withoutSupabase } from './support.ts';
import { LeadsWorld } from './world.ts';

describe('10,000 users without score, in a real project', { skip: withoutSupabase }, () => {
  let world: LeadsWorld;
  before(async () => {
    if (!withoutSupabase) world = await LeadsWorld.of(10_000, 'by the function');
  });

  test('the job of the day finishes: each score is that of scikit-learn, each row is written once, none is created', async () => {
    const { exit, out, err } = await world.score();
    assert.equal(exit, 0, out + err);
    assert.deepEqual(await world.differences(), []);
    assert.deepEqual(
      world.gateway.seen
        .filter(({ status }) => ![200, 201, 204, 206].includes(status))
        .map(({ status, path }) => `${status} ${path.slice(0, 60)}`),
      [],
      'no request was too long for the gateway, nor its answer',
    );
    const longest = Math.max(...world.gateway.seen.map(({ path }) => path.length));
    assert.ok(longest <= 4096, `${longest} characters in one request line`);
    assert.match(out + err, /users\.lead_score/);
  });

  test('killed again and again in the middle of its batches, and resumed: each row is written once all the same', async () => {
    await world.forget();
    let kills = 0;
    for (; ; kills += 1) {
      const point = ['batch-sent@9', 'batch-kept@13', 'delivery-begun@1', 'batch-sent@17'][kills % 4] as string;
      const { exit, out, err } = await world.score({ ESTEIRA_STOP_AT: point });
      if (exit === 0) break;
      assert.equal(exit, 137, out + err);
      assert.ok(kills < 40, 'it comes to no end');
    }
    assert.ok(kills >= 5, `${kills} kills`);
    assert.deepEqual(await world.differences(), []);
  });
});
