import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newFolder, type Running, start } from './support.ts';

const folder = newFolder();
const go = path.join(folder, 'go');
let owner: Running;

test.before(async () => {
  owner = start(folder, [{ operation: 'wait', input: go }]);
  await owner.says('event');
});

test('what the owner gives a client it gives itself, errors too', async () => {
  const calls = [
    { operation: 'count', input: 3 },
    { operation: 'fail' },
    { operation: 'mistake' },
    { operation: 'bigint' },
    { operation: 'nothing' },
    { operation: 'echo', input: { text: 'a\nb "ç" \u2028 \u{1f600}', list: [1.5, null, true], deep: { '': [] } } },
    { operation: 'unknown' },
  ];
  const asked = await start(folder, calls).end();
  const itself = (await start(newFolder(), calls).end()).filter((line) => !('opening' in line || 'closed' in line));
  assert.deepEqual(asked, itself);
  const text = JSON.stringify(asked);
  assert.match(text, /\{"event":0\},\{"event":1\},\{"event":2\},\{"result":"counted"\}/);
  assert.match(
    text,
    /"code":"CHECK_FAILED","nature":"terminal","what":"too few","where":"silver.x","got":"3","next":"look"/,
  );
  assert.match(text, /TypeError: it is not a row|Error: it is not a row/);
});

test('a large result arrives whole, and many events in their order', async () => {
  const calls = [
    { operation: 'large', input: 5_000_000 },
    { operation: 'count', input: 5_000 },
  ];
  const client = start(folder, calls);
  assert.equal((await client.result<string>()).length, 5_000_000);
  const events = (await client.end()).filter((line) => 'event' in line).map(({ event }) => event);
  assert.deepEqual(
    events,
    Array.from({ length: 5_000 }, (_, index) => index),
  );
});

test('an operation is stopped when its client says so', async () => {
  const client = start(folder, [{ operation: 'wait', input: path.join(folder, 'never'), cancelAfter: 100 }]);
  const { code, what } = await client.error();
  assert.deepEqual([code, what], ['CANCELLED', 'The command was stopped.']);
});

test('an operation is stopped when its client is killed, and the owner does not wait for it', async () => {
  const here = newFolder();
  const first = start(here, [{ operation: 'wait', input: path.join(here, 'go') }]);
  await first.says('event');
  const client = start(here, [{ operation: 'wait', input: path.join(here, 'never') }], { command: 'esteira run x' });
  await client.says('event');
  client.signal('SIGKILL');
  await client.end();
  writeFileSync(path.join(here, 'go'), '');
  assert.ok((await first.end()).some((line) => 'ended' in line));
});

test('a client that reads slowly makes the operation wait, not the owner’s memory grow', async () => {
  const socket = connect(path.relative(process.cwd(), path.join(folder, '.esteira', 'owner.sock')));
  const many = 60_000;
  const counted = () => start(folder, [{ operation: 'counted' }]).result<number>();
  socket.write(`${JSON.stringify({ id: 1, operation: 'count', input: many, version: '1.0.0', command: 'slow' })}\n`);
  await sleep(300);
  const [first, second] = [await counted(), await counted()];
  assert.ok(first > 0 && first < many, `${first} of ${many}`);
  assert.equal(second, first);
  let text = '';
  for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.endsWith('"counted"}\n')) break;
  }
  assert.equal(text.split('\n').length, many + 3, 'a greeting, the events, the result');
  assert.equal(await counted(), many);
  socket.destroy();
});

test('a client that is stopped does not keep an owner that has done its work, and goes on by itself when it wakes', async () => {
  const here = newFolder();
  const first = start(here, [{ operation: 'wait', input: path.join(here, 'go') }], { linger: 300 });
  await first.says('event');
  const client = start(here, [{ operation: 'flood', input: path.join(here, 'go') }]);
  await client.says('event');
  client.signal('SIGSTOP');
  writeFileSync(path.join(here, 'go'), '');
  await first.says('waiting');
  const done = performance.now();
  assert.ok((await first.end()).some((line) => 'ended' in line));
  assert.ok(performance.now() - done < 4_000);
  client.signal('SIGCONT');
  assert.ok((await client.end()).some((line) => line['result'] === client.pid));
});

test('who speaks another language is told so and hung up on, and nobody else', async () => {
  for (const words of [
    'GET / HTTP/1.1\n\n',
    '\u0000\u{fffd}\n',
    'null\n',
    '[]\n',
    '{}\n',
    '{"id":"1","operation":7}\n',
  ]) {
    const socket = connect(path.relative(process.cwd(), path.join(folder, '.esteira', 'owner.sock')));
    socket.on('error', () => {}).write(words);
    let text = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
    const [, refused, ...more] = text.trim().split('\n');
    assert.equal(JSON.parse(refused ?? '{}').error?.code, 'COMMAND_UNKNOWN', `${words}: ${text}`);
    assert.deepEqual(more, []);
  }
  assert.equal((await start(folder, [{ operation: 'where' }]).result<{ pid: number }>()).pid, owner.pid);
});

test('who says a line without end is hung up on, before it fills the owner’s memory', async () => {
  const socket = connect(path.relative(process.cwd(), path.join(folder, '.esteira', 'owner.sock')));
  const piece = 'x'.repeat(2 ** 20);
  let sent = 0;
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // Whoever hangs up with something unread resets the connection.
  socket.on('error', () => {}).resume();
  while (socket.writable && sent < 100) {
    sent += 1;
    await Promise.race([closed, new Promise((resolve) => socket.write(piece, resolve))]);
  }
  await closed;
  assert.ok(sent < 100, `${sent} MiB`);
  assert.equal((await start(folder, [{ operation: 'where' }]).result<{ pid: number }>()).pid, owner.pid);
});

test('the owner outlives all of this', async () => {
  writeFileSync(go, '');
  assert.ok((await owner.end()).some((line) => 'ended' in line));
});
