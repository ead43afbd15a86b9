import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { col, endpoint, kmeans, model, sql, table } from '../../src/index.ts';
import { Answers } from '../../src/serve/answers.ts';
import { addRoutes } from '../../src/serve/http/routes.ts';
import { serverOf } from '../../src/serve/http/server.ts';
import type { ModelUse, Parts, Row } from '../../src/serve/parts.ts';
import { Tally } from '../../src/serve/tally.ts';

const people = table('gold.people', { columns: { id: col.text().key(), age: col.real() }, rows: sql`select 1` });
const clusters = model('gold.clusters', {
  from: people,
  features: ['age'],
  learner: kmeans({ clusters: 2, seed: 1 }),
});
/** Milliseconds. */
const deadline = 40;
const rank = endpoint('rank', {
  path: '/api/rank',
  model: clusters,
  request: { who: col.text(), ids: col.list(col.text()), extra: col.json<unknown>().optional() },
  answer: { ids: col.list(col.text()), by: col.text() },
  limits: { bytes: 200_000, items: 100, batch: 5 },
  async handle({ request: { who, ids }, predict, refuse }) {
    if (who === 'nobody') refuse('Nobody is known here.', { where: 'who', got: 'nobody' });
    if (who === 'late') await new Promise((resolve) => setTimeout(resolve, deadline * 3));
    if (who === 'fails' || who === 'fails twice') throw new Error('it fails');
    predict([{ age: ids.length }]);
    return { ids, by: who === 'wrong' ? (1 as never) : 'model' };
  },
  fallback({ request: { who, ids } }) {
    if (who === 'fails twice') throw new Error('the fallback, too');
    return { ids, by: 'fallback' };
  },
  deadline: `${deadline} ms`,
});

const lines: string[] = [];
const say = (line: object): void => void lines.push(JSON.stringify(line));
const ended: Parameters<ModelUse['end']>[0][] = [];
let version: string | undefined = '20280229_0215';
let begun = 0;
const use = (): ModelUse => {
  begun += 1;
  return {
    ...(version !== undefined && { served: { version } }),
    predict: (rows: readonly Row[]) => rows.map(() => ({ cluster: 1 })),
    end: (how) => void ended.push(how),
  };
};
const parts: Parts = {
  models: {
    ...{ start: async () => {}, begin: use, results: {}, state: () => ({ version }), close: () => {} },
    reload: async (by) => ({ by }),
  },
  tables: {
    ...{ start: async () => {}, current: { lookup: {} }, missing: [], state: () => ({}) },
    ...{ setting: (of) => of as never, refresh: async () => {}, close: () => {} },
  },
  log: {
    add: (one) => say({ logged: one.id, version: one.version, rows: one.rows.length }),
    state: () => ({}),
    close: () => {},
  },
  events: undefined,
  shadow: undefined,
};
const clock = { now: () => Temporal.Now.instant() };
const tally = new Tally(clock);
const answers = new Answers({ facts: rank.facts, parts, tally, clock, say });
const opened = Promise.withResolvers<void>();
const server = serverOf(
  { endpoint: rank, say, patience: { headers: 200, body: 400 } },
  { answers, parts, tally, opened: opened.promise, isEnding: () => false },
);
let isReloadBroken = false;
addRoutes(server, {
  ...{ endpoint: rank, parts, tally, token: 'geheim-token' },
  looks: {
    health: () => ({ status: version === undefined ? 'fallback' : 'ok' }),
    async reload(by) {
      if (isReloadBroken) throw new Error('it cannot be reloaded');
      return { by };
    },
  },
});
const address = await server.listen({ host: '127.0.0.1', port: 0 });
after(() => server.close());
const { port } = new URL(address);

const json = { 'content-type': 'application/json' };
interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}
async function ask(body: unknown, of: RequestInit & { readonly path?: string } = {}): Promise<Got> {
  const { path = '/api/rank', ...init } = of;
  const text = typeof body === 'string' || body instanceof Uint8Array ? (body as string) : JSON.stringify(body);
  const answer = await fetch(`${address}${path}`, {
    ...{ method: 'POST', headers: json },
    ...(body !== undefined && { body: text }),
    ...init,
  });
  return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) };
}

/** What comes back for bytes that no client would send, and how long the connection then stands. */
function raw(pieces: readonly (string | number)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += String(chunk);
    });
    socket
      .on('end', () => socket.end())
      .on('close', () => resolve(text))
      .on('error', reject);
    const send = async (): Promise<void> => {
      for (const piece of pieces) {
        if (typeof piece === 'number') await new Promise((over) => setTimeout(over, piece));
        else if (socket.writable) socket.write(piece);
      }
    };
    void send();
  });
}
const good = { who: 'ana', ids: ['a', 'b'] };
const post = (body: string, headers = ''): string =>
  `POST /api/rank HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

test('who goes away while a process begins has taken no version, and those who wait are answered', async () => {
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(post(JSON.stringify(good)));
  await new Promise<void>((gone) => {
    server.server.once('request', (_, response) => {
      response.once('close', gone);
      socket.destroy();
    });
  });
  const waiting = ask(good);
  opened.resolve();
  assert.equal((await waiting).status, 200);
  assert.deepEqual([begun, ended.length], [1, 1]);
});

test('an answer says who made it, by which version, and under which id', async () => {
  const before = ended.length;
  const { status, headers, body } = await ask(good, { headers: { ...json, 'x-request-id': 'mine-1' } });
  assert.deepEqual([status, body], [200, { ids: ['a', 'b'], by: 'model' }]);
  assert.equal(headers.get('x-request-id'), 'mine-1');
  assert.equal(headers.get('x-model-version'), '20280229_0215');
  assert.equal(headers.get('x-answered-by'), 'model');
  assert.ok(lines.includes('{"logged":"mine-1","version":"20280229_0215","rows":1}'));
  assert.equal(ended.length, before + 1, 'the version that a request keeps is given back once');
});

test('a body that is not right is refused with a code, a place and what to do', async () => {
  const items = Array.from({ length: 10_000 }, (_, index) => `${index}`);
  const cases: readonly (readonly [unknown, number, string, string | undefined])[] = [
    ['{"who":', 400, 'REQUEST_NOT_JSON', 'body'],
    ['', 400, 'REQUEST_NOT_JSON', 'body'],
    [Uint8Array.of(0x22, 0xff, 0x22), 400, 'REQUEST_NOT_JSON', 'body'],
    ['{"who":"a","ids":[NaN]}', 400, 'REQUEST_NOT_JSON', 'body'],
    [`${'['.repeat(90_000)}`, 400, 'REQUEST_NOT_JSON', 'body'],
    ['[]', 422, 'REQUEST_INVALID', 'body'],
    ['null', 422, 'REQUEST_INVALID', 'body'],
    [{ ids: [] }, 422, 'REQUEST_INVALID', 'who'],
    [{ ...good, ids: ['a', 1] }, 422, 'REQUEST_INVALID', 'ids[1]'],
    [{ ...good, other: 1 }, 422, 'REQUEST_INVALID', 'other'],
    ['{"who":"a","ids":[],"__proto__":{"by":"x"}}', 422, 'REQUEST_INVALID', '__proto__'],
    ['{"who":"a","ids":[],"extra":{"constructor":{"prototype":1}}}', 422, 'REQUEST_INVALID', 'extra'],
    [`{"who":"a","ids":[],"extra":${'['.repeat(50_000)}${']'.repeat(50_000)}}`, 422, 'REQUEST_INVALID', 'extra'],
    [{ ...good, who: 'nobody' }, 422, 'REQUEST_REFUSED', 'who'],
    [{ ...good, ids: items }, 413, 'REQUEST_TOO_LARGE', 'ids'],
    [{ ...good, who: 'x'.repeat(300_000) }, 413, 'REQUEST_TOO_LARGE', 'body'],
  ];
  for (const [sent, status, code, where] of cases) {
    const got = await ask(sent);
    const about = `${JSON.stringify(sent).slice(0, 60)} gave ${JSON.stringify(got.body)}`;
    assert.deepEqual([got.status, got.body['code'], got.body['where']], [status, code, where], about);
    assert.equal(typeof got.body['message'], 'string');
    assert.match(got.headers.get('x-request-id') ?? '', /^[\w-]{36}$/);
  }
  assert.equal(({} as Record<string, unknown>)['by'], undefined);
});

test('a wrong path, method or content type is refused', async () => {
  const put = await ask(good, { method: 'PUT' });
  assert.deepEqual([put.status, put.body['code'], put.headers.get('allow')], [405, 'METHOD_WRONG', 'POST']);
  const text = await ask('<who/>', { headers: { 'content-type': 'text/xml' }, method: 'DELETE' });
  assert.equal(text.body['code'], 'METHOD_WRONG');
  assert.equal((await ask(good, { path: '/api/other' })).body['code'], 'PATH_UNKNOWN');
  const form = await ask('who=ana', { headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  assert.deepEqual([form.status, form.body['code']], [415, 'CONTENT_TYPE_WRONG']);
});

test('an error, a wrong answer and a deadline that has passed are answered by the fallback, counted, and logged without what was sent', async () => {
  const from = lines.length;
  for (const who of ['fails', 'wrong', 'late']) {
    const { status, body, headers } = await ask({ ...good, who });
    assert.deepEqual([status, body['by'], headers.get('x-answered-by')], [200, 'fallback', 'fallback']);
    assert.equal(headers.get('x-model-version'), 'none');
  }
  assert.deepEqual(tally.day.fallbacks, { 'no model': 0, 'unfit model': 0, error: 2, deadline: 1 });
  const both = await ask({ ...good, who: 'fails twice' });
  assert.deepEqual([both.status, both.body['code']], [500, 'ANSWER_FAILED']);
  assert.doesNotMatch(JSON.stringify(both.body), /fallback, too/);
  assert.equal(tally.day.failed, 1);
  version = undefined;
  assert.equal((await ask(good)).body['by'], 'fallback');
  version = '20280229_0215';
  assert.equal(tally.day.fallbacks['no model'], 1);
  const said = lines.slice(from).map((line) => JSON.parse(line));
  assert.deepEqual(
    said.flatMap(({ event, reason }) => (event === 'fallback' ? [reason] : [])),
    ['error', 'error', 'deadline', 'no model'],
  );
  const text = await (await fetch(`${address}/metrics`)).text();
  assert.match(text, /^rank_fallback_total\{reason="deadline"\} 1$/m);
  assert.match(text, /^rank_predictions_total\{version="20280229_0215"\} \d+$/m);
  assert.match(text, /^rank_prediction_duration_seconds_bucket\{le="\+Inf"\} \d+$/m);
  assert.match(text, /^process_resident_memory_bytes \d+$/m);
});

test('a batch is answered by one version, each request by itself, and refused whole where one of them is not right', async () => {
  const path = '/api/rank/batch';
  const requests = [
    { id: 'a', request: good },
    { id: 'b', request: { ...good, who: 'nobody' } },
    { request: { ...good, who: 'fails' } },
  ];
  const { status, body, headers } = await ask({ requests }, { path, headers: { ...json, 'x-request-id': 'batch' } });
  const found = body['answers'] as readonly Readonly<Record<string, { readonly code: string } | string | undefined>>[];
  assert.deepEqual([status, headers.get('x-model-version')], [200, '20280229_0215']);
  assert.deepEqual(
    found.map(({ id, answered_by, model_version }) => [id, answered_by, model_version]),
    [
      ['a', 'model', '20280229_0215'],
      ['b', undefined, undefined],
      ['batch.2', 'fallback', undefined],
    ],
  );
  assert.match(JSON.stringify(found[1]?.['error']), /"REQUEST_REFUSED"/);
  const logged = lines.filter((line) => line.includes('"logged":"batch.'));
  assert.deepEqual(logged, ['{"logged":"batch.a","version":"20280229_0215","rows":1}'], 'no other batch has such ids');
  const wrong: readonly (readonly [unknown, number, string])[] = [
    [{}, 422, 'body'],
    [{ requests: [{ request: good }, { id: '0', request: good }] }, 422, 'requests[1].id'],
    [{ requests: [{ id: null, request: good }] }, 422, 'requests[0].id'],
    [{ requests: [], more: 1 }, 422, 'body'],
    [{ requests: [null] }, 422, 'requests[0]'],
    [{ requests: [{ id: 'a', request: good, more: 1 }] }, 422, 'requests[0]'],
    [
      {
        requests: [
          { id: 'a', request: good },
          { id: 'a', request: good },
        ],
      },
      422,
      'requests[1].id',
    ],
    [{ requests: [{ id: 'a\r\nx: y', request: good }] }, 422, 'requests[0].id'],
    [{ requests: [{ request: good }, { request: { ...good, ids: [1] } }] }, 422, 'requests[1].request.ids[0]'],
    [{ requests: Array.from({ length: 6 }, () => ({ request: good })) }, 413, 'requests'],
  ];
  for (const [sent, status, where] of wrong) {
    const got = await ask(sent, { path });
    assert.deepEqual([got.status, got.body['where']], [status, where], JSON.stringify(sent));
  }
});

test('what is no id of a request is not taken for one, and no header gets in by it', async () => {
  for (const id of ['a b', 'x'.repeat(129), 'ü', '<script>']) {
    const text = await raw([post(JSON.stringify(good), `x-request-id: ${id}\r\nconnection: close\r\n`)]);
    assert.match(text, /^x-request-id: [\w-]{36}\r$/m, id);
  }
  const folded = await raw([post(JSON.stringify(good), 'x-request-id: a\rset-cookie: b\r\nconnection: close\r\n')]);
  assert.match(folded, /^HTTP\/1\.1 400 /);
  assert.match(folded, /"code":"REQUEST_MALFORMED"/);
  assert.doesNotMatch(folded, /set-cookie/);
});

test('requests that are sent at once on one connection are answered in their order', async () => {
  const bodies = ['ana', 'nobody', 'late', 'ana'].map((who) => JSON.stringify({ ...good, who }));
  const all = bodies.map((body, index) =>
    post(body, `x-request-id: n${index}\r\n${index === 3 ? 'connection: close\r\n' : ''}`),
  );
  const text = await raw([all.join('')]);
  assert.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d+)[\s\S]*?x-request-id: (n\d)\r$/gm)].map(([, status, id]) => [status, id]),
    [
      ['200', 'n0'],
      ['422', 'n1'],
      ['200', 'n2'],
      ['200', 'n3'],
    ],
  );
});

test('who is slow, sends no HTTP, or headers without end is told so and let go', async () => {
  const open = { headers: 'POST /api/rank HTTP/1.1\r\nhost: x\r\nx-a: ' };
  const cases: readonly (readonly [readonly (string | number)[], RegExp])[] = [
    [
      [open.headers, 50, 'b', 50, 'c'],
      /^HTTP\/1\.1 408 [\s\S]*x-request-id: [\w-]{36}\r\n[\s\S]*"code":"REQUEST_SLOW"/,
    ],
    [[post(JSON.stringify(good)).slice(0, -3)], /^HTTP\/1\.1 408 [\s\S]*"code":"REQUEST_SLOW"/],
    [['hello\r\n\r\n'], /^HTTP\/1\.1 400 [\s\S]*"code":"REQUEST_MALFORMED"/],
    [[`${open.headers}${'x'.repeat(20_000)}\r\n\r\n`], /^HTTP\/1\.1 431 [\s\S]*"code":"HEADERS_TOO_LARGE"/],
    [
      ['POST /api/rank HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
      /^HTTP\/1\.1 400 /,
    ],
  ];
  await Promise.all(cases.map(async ([pieces, expected]) => assert.match(await raw(pieces), expected)));
});

test('a caller who goes away gives the version back', async () => {
  const before = ended.length;
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(post(JSON.stringify({ ...good, who: 'late' })));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  while (ended.length === before) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(ended.length, before + 1);
});

test('who goes away in the middle of a body is nobody’s error: nothing is said, refused or failed', async () => {
  const [before, from, refused] = [ended.length, lines.length, tally.day.refused];
  const socket = connect(Number(port), '127.0.0.1');
  socket.write(post(JSON.stringify(good)).slice(0, -3));
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.destroy();
  while (ended.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(ended.at(-1), { failed: false, milliseconds: undefined });
  assert.deepEqual([lines.slice(from), tally.day.refused], [[], refused]);
});

test('a refusal is no answer that took no time', async () => {
  await ask({ ...good, who: 'nobody' });
  assert.deepEqual(ended.at(-1), { failed: false, milliseconds: undefined });
  await ask(good);
  assert.ok((ended.at(-1)?.milliseconds ?? 0) > 0);
});

test('what nobody expected is said once a second, however many meet it', async () => {
  const from = lines.length;
  isReloadBroken = true;
  for (let again = 0; again < 3; again += 1) {
    const { status, body } = await ask(undefined, { path: '/api/debug/reload_weights', headers: {} });
    assert.deepEqual([status, body['code']], [500, 'ANSWER_FAILED']);
  }
  isReloadBroken = false;
  const told = lines.slice(from).filter((line) => line.includes('no answer'));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /Error at endpoint\/http\.test\.ts:\d/);
});

test('a reload is asked for from the machine itself, or with the token', async () => {
  const path = '/api/debug/reload_weights';
  const from = (headers: Record<string, string>) => ask(undefined, { path, headers });
  assert.deepEqual((await from({})).body, { by: 'request' });
  const elsewhere = { 'x-forwarded-for': '203.0.113.7' };
  const refused = await from(elsewhere);
  assert.deepEqual([refused.status, refused.body['code']], [401, 'TOKEN_NEEDED']);
  assert.equal((await from({ ...elsewhere, authorization: 'Bearer geheim-tokem' })).status, 401);
  assert.equal((await from({ ...elsewhere, authorization: 'Bearer geheim-token' })).status, 200);
  assert.deepEqual(await (await fetch(`${address}${path}`)).json(), { version });
});

test('what it takes and gives is described as OpenAPI 3.1, each reference to something that is there', async () => {
  const described = (await (await fetch(`${address}/openapi.json`)).json()) as {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, object>>;
    readonly components: { readonly schemas: Readonly<Record<string, object>> };
  };
  assert.equal(described.openapi, '3.1.0');
  for (const path of ['/api/rank', '/api/rank/batch', '/rank/health', '/health/ready', '/metrics'])
    assert.ok(described.paths[path], path);
  for (const [, name = ''] of JSON.stringify(described).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    assert.ok(described.components.schemas[name], name);
});

test('nothing that was sent is in the log', () => {
  const all = lines.join('\n');
  assert.doesNotMatch(all, /geheim|Bearer|"ids"|nobody/);
});
