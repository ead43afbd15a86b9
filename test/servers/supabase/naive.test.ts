// Run by name, with ESTEIRA_TEST_SUPABASE=<file>: npm test -- test/servers/supabase
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { Gateway } from './gateway.ts';
import { anonKey, gateway, headersOf, inDatabase, madeKnown, serviceKey, withoutSupabase } from './support.ts';

/** What the job of the document asked, and everybody who begins: the events of all users, in one request. */
const naive = (ids: readonly string[], before = gateway): Promise<Response> =>
  fetch(`${before}/rest/v1/naive_events?select=*&user_id=in.(${ids.join(',')})`, { headers: headersOf(serviceKey) });

describe('what the real servers say to requests as people write them first', { skip: withoutSupabase }, async () => {
  after(() => inDatabase('drop table if exists naive_events'));
  if (withoutSupabase) return;
  await inDatabase(`drop table if exists naive_events;
    create table naive_events (user_id text);
    insert into naive_events select gen_random_uuid()::text from generate_series(1, 10000)`);
  await madeKnown('naive_events?limit=1');
  const ids = (await inDatabase('select user_id from naive_events')).map((row) => String(row['user_id']));

  test('the events of 10,000 users, and of 250, in one request line: 414', async () => {
    for (const some of [ids, ids.slice(0, 250)]) {
      const answer = await naive(some);
      assert.equal(answer.status, 414);
      assert.match(await answer.text(), /414 Request-URI Too Large/);
    }
  });

  test('100 uuids, which fit the line: 502, for the answer says the question again in its header; 50 come through', async () => {
    assert.equal((await naive(ids.slice(0, 100))).status, 502);
    assert.equal((await naive(ids.slice(0, 50))).status, 200);
  });

  test('a table without a limit: its first 1,000 rows, and nothing that says so', async () => {
    const answer = await fetch(`${gateway}/rest/v1/naive_events`, { headers: headersOf(serviceKey) });
    assert.equal(answer.status, 200);
    assert.equal(((await answer.json()) as unknown[]).length, 1000);
  });

  test('a key that is missing, one that is wrong, and one that may not: three answers', async () => {
    const said = async (headers: Record<string, string>) => {
      const answer = await fetch(`${gateway}/rest/v1/naive_events?limit=1`, { headers });
      return `${answer.status} ${((await answer.json()) as { message: string }).message}`;
    };
    assert.equal(await said({}), '401 No API key found in request');
    assert.equal(await said(headersOf(`${serviceKey}x`)), '401 Invalid API key');
    assert.match(await said(headersOf(anonKey)), /^40[13] permission denied for table naive_events$/);
  });

  test('what stands before the gateway hands on what it is asked, fails as it is told, and is gone for a while', async () => {
    const control = await Gateway.before(gateway);
    assert.equal((await naive(ids, control.address)).status, 414);
    control.fail({ is: '429', retryAfter: 2, times: 1 }, { is: 'cut', times: 1 });
    const limited = await naive(ids.slice(0, 1), control.address);
    assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '2']);
    await assert.rejects(naive(ids.slice(0, 1), control.address));
    assert.equal((await naive(ids.slice(0, 1), control.address)).status, 200);
    await control.gone();
    await assert.rejects(naive(ids.slice(0, 1), control.address));
    await control.back();
    assert.equal((await naive(ids.slice(0, 1), control.address)).status, 200);
    assert.deepEqual(
      control.seen.map(({ status }) => status),
      [414, 429, 0, 200, 200],
    );
  });
});
