import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Postgrest, postgrest } from './index.ts';

const opened: Postgrest[] = [];
after(async () => {
  for (const one of opened) await one.close();
});

async function begin(more: { readonly maxRows?: number } = {}) {
  const rows = ['ana', 'bia', 'caio'].map((id) => ({ id, score: null }));
  const server = await postgrest({
    tables: { users: { columns: { id: 'text', score: 'double precision' }, key: ['id'], rows } },
    ...more,
  });
  opened.push(server);
  const headers = { apikey: server.keys.service, authorization: `Bearer ${server.keys.service}` };
  const ask = (path: string, more: RequestInit = {}): Promise<Response> =>
    fetch(`${server.address}/rest/v1${path}`, { headers, ...more });
  const patch = (id: string, score: number): Promise<Response> =>
    ask(`/users?id=eq.${id}`, { method: 'PATCH', body: JSON.stringify({ score }) });
  return { server, ask, patch };
}

test('a fault is met so often as it is said, by the requests that are meant, and then nothing is wrong', async () => {
  const { server, ask, patch } = await begin();
  server.fail({ is: '503', times: 2, retryAfter: 3, of: ({ method }) => method === 'PATCH' });
  assert.equal((await ask('/users')).status, 200);
  const first = await patch('ana', 0.5);
  assert.deepEqual([first.status, first.headers.get('retry-after')], [503, '3']);
  assert.deepEqual([(await patch('ana', 0.5)).status, (await patch('ana', 0.5)).status], [503, 204]);
  assert.deepEqual([...server.writes('users')], [['ana', 1]]);
  server.fail({ is: '500', times: 9 });
  assert.equal((await ask('/users')).status, 500);
  server.heal();
  assert.equal((await ask('/users')).status, 200);
});

test('both refusals of a key, a limit, and what stands before a server that is gone have their own words', async () => {
  const { server, ask } = await begin();
  const cases = [
    ['401 no key', 401, 'No API key found in request'],
    ['401 invalid key', 401, 'Invalid API key'],
    ['429', 429, 'rate limit'],
    ['500', 500, 'XX000'],
    ['502', 502, '502 Bad Gateway'],
  ] as const;
  for (const [is, status, says] of cases) {
    server.fail({ is });
    const answer = await ask('/users');
    assert.equal(answer.status, status);
    assert.match(await answer.text(), new RegExp(says));
  }
});

test('a connection is cut before, within and after what was asked for is done', async () => {
  const { server, ask, patch } = await begin();
  server.fail({ is: 'cut' });
  await assert.rejects(patch('ana', 0.1));
  assert.equal(server.writes('users').size, 0);
  server.fail({ is: 'cut', carriedOut: true });
  await assert.rejects(patch('ana', 0.2));
  assert.deepEqual(server.rows('users')[0], { id: 'ana', score: 0.2 });
  server.fail({ is: 'cut within' });
  await assert.rejects((await ask('/users')).text());
});

test('what hangs is never answered, and may be carried out long after its sender has gone', async () => {
  const { server, ask } = await begin();
  server.fail({ is: 'hang', carriedOut: { after: 150 } });
  const signal = AbortSignal.timeout(50);
  await assert.rejects(ask('/users?id=eq.ana', { method: 'PATCH', body: '{"score":0.7}', signal }), {
    name: 'TimeoutError',
  });
  assert.equal(server.writes('users').get('ana'), undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(server.writes('users').get('ana'), 1);
});

test('what others write is there, and is not counted; what came is remembered', async () => {
  const { server, ask, patch } = await begin({ maxRows: 2 });
  server.put('users', [{ id: 'dora', score: 1 }]);
  await patch('dora', 0.5);
  assert.deepEqual([...server.writes('users')], [['dora', 1]]);
  assert.equal(((await (await ask('/users')).json()) as unknown[]).length, 2);
  const [first] = server.requests;
  assert.deepEqual(
    [first?.method, first?.path, first?.query, first?.body],
    ['PATCH', '/users', 'id=eq.dora', '{"score":0.5}'],
  );
  assert.equal(first?.line, 'PATCH /rest/v1/users?id=eq.dora HTTP/1.1'.length);
});
