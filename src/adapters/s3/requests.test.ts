import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { EsteiraError } from '../../errors.ts';
import { type S3Options, s3Store } from './store.ts';

type Answer = (request: IncomingMessage & { readonly body: string }, answer: ServerResponse) => void;
const servers: Server[] = [];
after(() => {
  for (const one of servers) one.close();
});

/** A server that answers one request after the other as it is told, the last answer for all that follow; and what it was asked. */
async function scripted(answers: readonly Answer[], of: Partial<S3Options> = {}) {
  const asked: (IncomingMessage & { readonly body: string })[] = [];
  const pauses: number[] = [];
  const server = createServer(async (request, answer) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    asked.push(Object.assign(request, { body: Buffer.concat(pieces).toString() }));
    (answers[asked.length - 1] ?? answers.at(-1))?.(asked.at(-1) as (typeof asked)[0], answer);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const store = s3Store({
    ...{
      bucket: 'models',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`,
      pathStyle: true,
    },
    ...{ region: 'sa-east-1', credentials: { key: 'AKIA', secret: 'a-secret', token: 'for-a-while' } },
    times: {
      now: () => Temporal.Instant.from('2025-07-14T02:15:30.9Z'),
      pause: async (milliseconds) => void pauses.push(milliseconds),
      chance: () => 0.25,
    },
    ...of,
  });
  return { store, asked, pauses };
}
const gives =
  (status: number, text = '', headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, answer) =>
    void answer.writeHead(status, headers).end(text);
const errorOf = (code: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>it&apos;s &#34;so&#34;</Message></Error>`;
const hangs: Answer = () => {};
const coded = (code: string, what: RegExp) => (error: EsteiraError) => {
  assert.equal(error.code, code, error.message);
  assert.match(`${error.message} ${error.details.got} ${error.details.next}`, what);
  return true;
};

test('a request says when, by whom and in which region it was signed, for the bucket in the path', async () => {
  const { store, asked } = await scripted([gives(200, 'here')]);
  assert.equal(Buffer.from((await store.read('ltr/são 1.json')) ?? []).toString(), 'here');
  const { url, headers = {} } = asked[0] ?? {};
  assert.equal(url, '/base/models/ltr/s%C3%A3o%201.json');
  assert.equal(headers['x-amz-date'], '20250714T021530Z');
  assert.equal(headers['x-amz-security-token'], 'for-a-while');
  assert.match(
    headers.authorization ?? '',
    /^AWS4-HMAC-SHA256 Credential=AKIA\/20250714\/sa-east-1\/s3\/aws4_request,SignedHeaders=host;x-amz/,
  );
});

test('a server that is too busy, or fails, is asked again with pauses that grow and differ; what it refuses is not', async () => {
  const busy = await scripted([gives(503, errorOf('SlowDown')), gives(500), gives(429), gives(200, 'here')]);
  assert.equal((await busy.store.read('a'))?.length, 4);
  assert.deepEqual([busy.asked.length, busy.pauses], [4, [75, 150, 300]]);
  const never = await scripted([gives(503, errorOf('SlowDown'))], { attempts: 3 });
  await assert.rejects(never.store.read('a'), coded('STORE_UNREACHABLE', /SlowDown: it's "so"/));
  assert.equal(never.asked.length, 3);
  for (const [status, code, what] of [
    [403, 'AccessDenied', /may not do this.*s3:ListBucket/],
    [400, 'ExpiredToken', /have run out/],
    [403, 'RequestTimeTooSkewed', /clock of this machine/],
    [501, 'NotImplemented', /conditional puts/],
    [400, 'InvalidURI', /refuses what Esteira asks for/],
    [301, 'PermanentRedirect', /another region/],
  ] as const) {
    const refused = await scripted([gives(status, errorOf(code))]);
    await assert.rejects(refused.store.read('a'), coded('STORE_REFUSED', what), code);
    assert.equal(refused.asked.length, 1, code);
  }
  const elsewhere = await scripted([gives(301, '', { 'x-amz-bucket-region': 'eu-west-1' })]);
  await assert.rejects(elsewhere.store.probe(), coded('STORE_REFUSED', /Say region: 'eu-west-1'/));
});

test('who does not answer in time is asked again, and then told of', async () => {
  const late = await scripted([hangs, gives(200, 'here')], { patience: 100 });
  assert.equal((await late.store.read('a'))?.length, 4);
  const never = await scripted([hangs], { patience: 50, attempts: 2 });
  await assert.rejects(
    never.store.keep('a', { bytes: new Uint8Array(3) }),
    coded('STORE_UNREACHABLE', /no answer in time/),
  );
});

test('who ends leaves what is asked, and asks nothing more', async () => {
  const ending = new AbortController();
  const { store, asked } = await scripted([hangs], { signal: ending.signal });
  const waiting = assert.rejects(store.read('a'), coded('STORE_UNREACHABLE', /no answer in time/));
  setTimeout(() => ending.abort(), 50);
  await waiting;
  assert.equal(asked.length, 1);
});

test('an answer that is cut is no answer', async () => {
  const cut: Answer = (_, answer) => {
    answer.writeHead(200, { 'content-length': '100' }).write('half');
    setTimeout(() => answer.destroy(), 20);
  };
  const { store, asked } = await scripted([cut, gives(200, 'whole')]);
  assert.equal(Buffer.from((await store.read('a')) ?? []).toString(), 'whole');
  assert.equal(asked.length, 2);
});

test('who is cut off while sending what is refused learns that somebody else was first', async () => {
  const cutOff: Answer = (_, answer) => void answer.destroy();
  const large = Buffer.alloc(100_000, 'mine');
  const there = await scripted([gives(200)]);
  assert.equal(await there.store.keep('a', { bytes: large }), 'there');
  assert.deepEqual(
    there.asked.map(({ method }) => method),
    ['HEAD'],
    'it is not sent at all',
  );
  const raced = await scripted([gives(404), cutOff, cutOff, gives(200), gives(200, 'theirs')], { attempts: 2 });
  assert.equal(await raced.store.keep('a', { bytes: large }), 'there');
  const replaced = await scripted([cutOff, cutOff, gives(200, 'theirs', { etag: '"2"' })], { attempts: 2 });
  assert.equal(await replaced.store.replace('a', { bytes: large, mark: '"1"' }), 'overtaken');
  const unchanged = await scripted([cutOff, cutOff, gives(200, 'old', { etag: '"1"' })], { attempts: 2 });
  await assert.rejects(
    unchanged.store.replace('a', { bytes: large, mark: '"1"' }),
    coded('STORE_UNREACHABLE', /tried again/),
  );
});

test('a collision that passes is no loss: the put is asked again', async () => {
  const { store, asked } = await scripted([gives(409, errorOf('ConditionalRequestConflict')), gives(200), gives(412)]);
  assert.equal(await store.keep('a', { bytes: Buffer.from('mine') }), 'kept');
  assert.deepEqual(
    asked.slice(0, 2).map(({ method, headers, body }) => [method, headers['if-none-match'], body]),
    [
      ['PUT', '*', 'mine'],
      ['PUT', '*', 'mine'],
    ],
  );
});

test('only an object that is not there is nothing: a bucket, or a user, that is not there is told', async () => {
  const absent = await scripted([gives(404, errorOf('NoSuchKey'))]);
  assert.equal(await absent.store.look('a'), undefined);
  assert.equal(await absent.store.replace('a', { bytes: new Uint8Array(), mark: '"1"' }), 'overtaken');
  for (const code of ['NoSuchBucket', 'NoSuchAnything']) {
    const other = await scripted([gives(404, errorOf(code))]);
    await assert.rejects(other.store.look('a'), coded('STORE_REFUSED', new RegExp(code)));
    await assert.rejects(
      other.store.replace('a', { bytes: new Uint8Array(), mark: '"1"' }),
      coded('STORE_REFUSED', new RegExp(code)),
    );
  }
});

test('parts that cannot be put together, said with an answer that began well, are sent as a whole again', async () => {
  const begun = gives(200, '<R><UploadId>u&amp;1</UploadId></R>');
  const part = gives(200, '', { etag: '"e"' });
  const { store, asked } = await scripted(
    [begun, part, part, gives(200, errorOf('InternalError')), gives(200, '<R/>')],
    {
      sizes: { whole: 3, part: 3 },
    },
  );
  assert.equal(await store.keep('a', { bytes: Buffer.from('abcdef') }), 'kept');
  assert.deepEqual(
    asked.map(({ method, url, body }) => `${method} ${url?.split('?')[1]} ${body.length > 9 ? 'list' : body}`),
    [
      'POST uploads= ',
      'PUT partNumber=1&uploadId=u%261 abc',
      'PUT partNumber=2&uploadId=u%261 def',
      'POST uploadId=u%261 list',
      'POST uploadId=u%261 list',
    ],
  );
  assert.match(asked.at(-1)?.body ?? '', /<PartNumber>2<\/PartNumber><ETag>&quot;e&quot;<\/ETag>/);
});

test('an upload that is gone after a lost answer was finished by it, and one that is gone without is an error', async () => {
  const begun = gives(200, '<R><UploadId>u</UploadId></R>');
  const part = gives(200, '', { etag: '"e"' });
  const gone = gives(404, errorOf('NoSuchUpload'));
  const sizes = { whole: 3, part: 9 };
  const lost = await scripted([begun, part, gives(500), gone, gives(204), gives(200, 'abcdef')], { sizes });
  assert.equal(await lost.store.keep('a', { bytes: Buffer.from('abcdef') }), 'kept');
  const never = await scripted([begun, part, gone], { sizes });
  await assert.rejects(never.store.keep('a', { bytes: Buffer.from('abcdef') }), coded('STORE_REFUSED', /NoSuchUpload/));
});

test('a server that takes what it should refuse is refused: one of many could not be told from the others', async () => {
  const none = await scripted([gives(200)]);
  await assert.rejects(none.store.keep('a', { bytes: Buffer.from('mine') }), coded('STORE_REFUSED', /if-none-match/));
  const half = await scripted([gives(200), gives(412), gives(200)]);
  await assert.rejects(half.store.keep('a', { bytes: Buffer.from('mine') }), coded('STORE_REFUSED', /if-match/));
  const whole = await scripted([gives(200), gives(412), gives(412), gives(200)]);
  assert.equal(await whole.store.keep('a', { bytes: Buffer.from('mine') }), 'kept');
  assert.equal(await whole.store.keep('b', { bytes: Buffer.from('mine') }), 'kept');
  assert.equal(whole.asked.length, 4, 'it is asked once');
});
