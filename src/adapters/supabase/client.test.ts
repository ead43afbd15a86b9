import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Rest } from './client.ts';
import { Fault } from './faults.ts';
import { breaksOff, cuts, gives, hangs, key, scripted } from './testing.ts';

const faultOf = async (asked: Promise<unknown>): Promise<Fault> => {
  const fault = await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(fault instanceof Fault, String(fault));
  return fault;
};

test('a request carries the key, and the schema of a table that is not of the first', async () => {
  const { rest, asked, url } = await scripted([gives(200, [], { 'content-range': '0-1/7' })]);
  const query = [['id', 'in.("a,b",ç)']] as const;
  const { total } = await rest.ask({ name: 'crm.users', query, prefer: ['count=exact'] });
  await rest.ask({ name: 'rpc/x', method: 'POST', body: '{}' });
  const [first, second] = asked;
  assert.equal(total, 7);
  assert.equal(rest.host, url.slice('http://'.length));
  assert.equal(first?.url, '/rest/v1/users?id=in.(%22a,b%22,%C3%A7)');
  const { apikey, authorization, prefer } = first?.headers ?? {};
  assert.deepEqual([apikey, authorization, prefer], [key, `Bearer ${key}`, 'count=exact']);
  assert.equal(first?.headers['accept-profile'], 'crm');
  assert.deepEqual([second?.url, second?.method, second?.body], ['/rest/v1/rpc/x', 'POST', '{}']);
  assert.equal(second?.headers['content-profile'], undefined);
});

test('what a gateway, PostgREST and nginx say is told apart', async () => {
  const page = (title: string) => `<html><head><title>${title}</title></head><body>nginx</body></html>`;
  const answers = [
    [401, { message: 'No API key found in request' }, 'refused', /No API key has reached/],
    [401, { message: 'Invalid API key' }, 'refused', /does not know the API key/],
    [401, { code: 'PGRST301', message: 'JWT expired' }, 'refused', /has run out/],
    [401, { code: 'PGRST301', message: 'JWSError JWSInvalidSignature' }, 'refused', /does not take the API key/],
    [403, { code: '42501', message: 'permission denied for table users' }, 'refused', /role of the API key/],
    [401, { code: '42501', message: 'permission denied for table users' }, 'refused', /role of the API key/],
    [403, { code: '42501', message: 'new row violates row-level security policy' }, 'of rows', /Row security/],
    [404, { code: '42P01', message: 'relation "public.userz" does not exist' }, 'unusable', /no such table/],
    [404, { code: 'PGRST205', message: 'Could not find the table' }, 'unusable', /no such table/],
    [404, {}, 'unusable', /does not know this table yet/],
    [400, { code: '42703', message: 'column users.score does not exist' }, 'unusable', /no such column/],
    [406, { code: 'PGRST106', message: 'The schema must be one of the following: public' }, 'unusable', /this schema/],
    [404, page('404 Not Found'), 'unusable', /at this address/],
    [414, page('414 Request-URI Too Large'), 'too long', /too long for the gateway/],
    [400, page('400 Request Header Or Cookie Too Large'), 'too long', /too long for the gateway/],
    [502, page('502 Bad Gateway'), 'passing', /does not answer/],
    [503, { code: 'PGRST001', message: 'Database client error' }, 'passing', /does not answer/],
    [500, { code: '57014', message: 'canceling statement due to statement timeout' }, 'passing', /too long/],
    [500, { code: 'XX000', message: 'oops' }, 'passing', /fails/],
    [429, { message: 'slow down' }, 'passing', /no more requests/],
    [409, { code: '23514', message: 'violates check constraint' }, 'of rows', /what a row says/],
    [301, '', 'unusable', /leads to another/],
  ] as const;
  const { rest } = await scripted(
    answers.map(([status, body]) => gives(status, body, { location: 'http://127.0.0.1:1/' })),
  );
  for (const [status, body, is, what] of answers) {
    const fault = await faultOf(rest.once({ name: 'users' }));
    assert.deepEqual([fault.status, fault.is], [status, is], JSON.stringify(body));
    assert.match(fault.what, what);
  }
  assert.ok((await faultOf((await scripted([gives(502)])).rest.once({ name: 'users' }))).mayBeTooLong);
});

test('what a row, or a rule that is wrong, is refused for does not pass by itself, though PostgREST gives it as a failure of its own', async () => {
  for (const [code, is] of Object.entries({
    ...{ 21000: 'of rows', 54000: 'of rows', P0002: 'of rows', P0004: 'of rows', '42P17': 'unusable' },
    ...{ 42883: 'unusable', 40001: 'passing', 55006: 'passing', 57014: 'passing', XX000: 'passing' },
  })) {
    const { rest } = await scripted([gives(500, { code, message: 'it says why' })]);
    assert.equal((await faultOf(rest.once({ name: 'users' }))).is, is, code);
  }
});

test('what may pass is asked again with pauses that grow, as long as its patience lasts', async () => {
  const passing = [gives(500), cuts, breaksOff, hangs, gives(200, [{ id: 1 }])];
  const { rest, asked, pauses } = await scripted(passing, { answer: 100 });
  assert.equal((await rest.ask({ name: 'users' })).text, '[{"id":1}]');
  assert.deepEqual([asked.length, pauses], [5, [100, 200, 400, 800]]);
  const never = await scripted([gives(503)], { patience: 10_000 });
  assert.equal((await faultOf(never.rest.ask({ name: 'users' }))).status, 503);
  const waited = never.pauses.reduce((sum, one) => sum + one, 0);
  assert.ok(waited > 5_000 && waited <= 10_000, String(waited));
  const refused = await scripted([gives(401, { message: 'Invalid API key' })]);
  await faultOf(refused.rest.ask({ name: 'users' }));
  assert.equal(refused.asked.length, 1);
});

test('a gateway that says when to come back is asked then, however long its patience', async () => {
  const at = gives(429, '', { 'retry-after': 'Sun, 14 Sep 2025 06:00:52 GMT' });
  const { rest, pauses } = await scripted([gives(429, '', { 'retry-after': '45' }), at, gives(200, [])], {
    patience: 1,
  });
  await rest.ask({ name: 'users' });
  assert.deepEqual(pauses, [45_000, 7_000]);
  const forever = await scripted([gives(429, '', { 'retry-after': '86400' })], { patience: 1 });
  assert.equal((await faultOf(forever.rest.ask({ name: 'users' }))).after, 86_400_000);
  assert.deepEqual(
    forever.pauses,
    Array.from({ length: 10 }, () => 60_000),
  );
});

test('who is stopped neither waits for an answer nor asks again', async () => {
  const ending = new AbortController();
  const { rest, asked } = await scripted([() => ending.abort()]);
  await assert.rejects(rest.ask({ name: 'users', signal: ending.signal }), { code: 'CANCELLED' });
  assert.equal(asked.length, 1);
});

test('neither a key that cannot be sent nor an address with a password is in what is said of it', async () => {
  const said: string[] = [];
  const hear = (error: unknown): true => {
    said.push(inspect(error));
    return true;
  };
  assert.throws(() => new Rest({ url: 'http://127.0.0.1:1', key: `${key}\nand more` }), hear);
  assert.throws(() => new Rest({ url: `http://me:${key}@127.0.0.1:1`, key: '' }), hear);
  assert.throws(() => new Rest({ url: 'not an address', key: '' }), hear);
  const { rest } = await scripted([gives(401, { message: 'Invalid API key' })]);
  await assert.rejects(rest.once({ name: 'users' }), hear);
  const gone = new Rest({ url: 'http://127.0.0.1:1', key, patience: 0 });
  await assert.rejects(gone.ask({ name: 'users' }), hear);
  assert.equal(said.length, 5);
  assert.match(said[0] ?? '', /CONFIG_INVALID/);
  for (const one of said) assert.doesNotMatch(one, /leaked/);
});

test('a key that was copied with a line end is sent without it, an empty one not at all', async () => {
  const { asked, url } = await scripted([gives(200, [])]);
  await new Rest({ url: `${url}/api/`, key: ` ${key}\n` }).once({ name: 'users' });
  await new Rest({ url, key: '' }).once({ name: '' });
  assert.deepEqual(
    asked.map(({ url: line, headers }) => [line, headers['apikey']]),
    [
      ['/api/users', key],
      ['/rest/v1/', undefined],
    ],
  );
});
