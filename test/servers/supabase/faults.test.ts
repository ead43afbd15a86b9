// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Asked, Fault } from './gateway.ts';
import { postgrest, withoutSupabase } from './support.ts';
import { LeadsWorld } from './world.ts';

const isRead = ({ method, path }: Asked): boolean => method === 'GET' && path.includes('/events?');
/** Of a row: without its function a batch is written row by row. What opens the table asks for a row that cannot be. */
const isWrite = ({ method, path }: Asked): boolean => method === 'PATCH' && path.includes('id=eq.');

describe('a gateway that fails', { skip: withoutSupabase }, () => {
  let world: LeadsWorld;
  before(async () => {
    if (!withoutSupabase) world = await LeadsWorld.of(400, 'row by row');
  });

  test('no key, and a wrong one, are two sentences with what to do, and nothing is begun', async () => {
    const wrong = await world.start(['run', 'score_updater', '--date', '2026-09-30'], { SUPABASE_KEY: 'wrong' }).ended;
    assert.notEqual(wrong.exit, 0);
    assert.match(wrong.out + wrong.err, /Invalid API key/);
    world.gateway.fail({ is: '401 no key' });
    const none = await world.score();
    assert.notEqual(none.exit, 0);
    assert.match(none.out + none.err, /No API key found in request/);
    assert.doesNotMatch(none.out + none.err, /Invalid API key/);
    assert.deepEqual(world.gateway.seen.filter(isWrite), []);
    await world.forget();
  });

  test('too many requests, 500, 502, cut connections, answers that are lost, of reading and of writing: asked again, and each row is written once', async () => {
    const faults: readonly Fault[] = [
      { is: '429', retryAfter: 1 },
      { is: '500' },
      { is: '502' },
      { is: 'cut' },
      { is: '502', carriedOut: true },
      { is: 'cut', carriedOut: true },
    ];
    for (const which of [isRead, isWrite])
      world.gateway.fail(...faults.map((fault) => ({ ...fault, times: 1, of: which })));
    const { exit, out, err } = await world.score();
    assert.equal(exit, 0, out + err);
    assert.deepEqual(await world.differences(), []);
    const { seen } = world.gateway;
    assert.equal(seen.filter(({ status }) => [429, 500, 502, 0].includes(status)).length, 2 * faults.length);
    const limited = seen.find((one) => one.status === 429 && isWrite(one));
    const again = seen.find(
      (one) => limited && one.body === limited.body && one.path === limited.path && one.at > limited.at,
    );
    assert.ok(limited && again && again.at - limited.at >= 1000, 'the server says when it may be asked again');
    await world.forget();
  });

  test('PostgREST itself is killed in the middle, and begins again: the real 502 passes', async () => {
    let writes = 0;
    world.gateway.onRequest = (asked) => {
      writes += isWrite(asked) ? 1 : 0;
      if (writes !== 2) return;
      world.gateway.onRequest = () => {};
      postgrest('crash');
      setTimeout(() => postgrest('again'), 1000);
    };
    const { exit, out, err } = await world.score();
    assert.ok(world.gateway.answers(502).length > 0, 'nginx has said so');
    if (exit !== 0) assert.equal((await world.score()).exit, 0, out + err);
    assert.deepEqual(await world.differences(), []);
  });
});
