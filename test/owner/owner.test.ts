import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { newFolder, start } from './support.ts';

interface Began {
  readonly began: number;
}
interface Place {
  readonly pid: number;
  readonly folder: string;
}
const where = { operation: 'where' };

const at = (folder: string, name: string): string => path.join(folder, '.esteira', name);
const wait = (folder: string, name = 'go') => ({ operation: 'wait', input: path.join(folder, name) });
const go = (folder: string, name = 'go'): void => writeFileSync(path.join(folder, name), '');

test('of two processes that start at once one owns the project, and both get their answers', async () => {
  for (let round = 0; round < 3; round += 1) {
    const folder = newFolder();
    const racers = [0, 1, 2].map(() => start(folder, [wait(folder)]));
    const began = await Promise.all(racers.map((one) => one.says<Began>('event')));
    go(folder);
    const lines = await Promise.all(racers.map((one) => one.end()));
    assert.equal(lines.flat().filter((line) => 'opening' in line).length, 1);
    assert.equal(new Set(began.map((event) => event.began)).size, 1);
    for (const one of lines) assert.ok(one.some((line) => 'result' in line) && one.some((line) => 'ended' in line));
  }
});

test('who owns a project is written for people, and the socket is for its user only', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder)], { command: 'esteira run daily' });
  await owner.says('event');
  assert.equal(statSync(at(folder, 'owner.sock')).mode & 0o777, 0o600);
  const note = JSON.parse(readFileSync(at(folder, 'owner.json'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(
    { ...note, host: typeof note['host'] },
    { pid: owner.pid, host: 'string', since: '2026-03-10T01:00:00Z', command: 'esteira run daily', version: '1.0.0' },
  );
  go(folder);
  await owner.end();
  assert.deepEqual(
    readdirSync(path.join(folder, '.esteira')).filter((name) => name !== 'owner.sqlite'),
    [],
  );
});

test('a reader is served while a long operation goes on, from a folder of 200 characters', async () => {
  const folder = newFolder('x'.repeat(100) + path.sep + 'ção e espaço '.repeat(8));
  assert.ok(folder.length >= 200);
  const owner = start(folder, [wait(folder)]);
  await owner.says('event');
  const answer = await start(folder, [where]).result<Place>();
  assert.equal(answer.pid, owner.pid);
  assert.notEqual(answer.folder, folder, 'a process stays in the folder where it was started');
  assert.ok(!owner.lines.some((line) => 'result' in line));
  go(folder);
  assert.ok((await owner.end()).some((line) => line['result'] === owner.pid));
});

test('an owner that is killed leaves nothing stale: the client goes on as the owner, and says so', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder)]);
  await owner.says('event');
  const clients = [start(folder, [wait(folder)]), start(folder, [wait(folder)])];
  for (const client of clients) assert.deepEqual(await client.says('event'), { began: owner.pid });
  owner.signal('SIGKILL');
  await owner.end();
  const heir = await Promise.race(clients.map((client) => client.says('opening').then(() => client)));
  for (const client of clients) {
    const { text } = await client.says<{ type: string; text: string }>('event', (event) => event.type === 'note');
    assert.match(text, new RegExp(`PID ${owner.pid}\\b.*ended`));
    await client.says<Began>('event', (event) => event.began === heir.pid);
  }
  go(folder);
  for (const client of clients) {
    const results = (await client.end()).filter((line) => 'result' in line);
    assert.deepEqual(results, [{ result: heir.pid }]);
  }
});

test('what must not be done twice is not: the client is told that the owner is gone', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder)]);
  await owner.says('event');
  const client = start(folder, [{ ...wait(folder), repeatable: false }]);
  await client.says('event');
  owner.signal('SIGKILL');
  const lines = await client.end();
  const error = await client.error();
  assert.deepEqual([error['code'], error['where']], ['OWNER_GONE', `PID ${owner.pid}, at wait`]);
  assert.ok(!lines.some((line) => 'result' in line));
});

test('an owner whose work is done goes on for those it serves, and for who comes meanwhile', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder, 'first')], { command: 'esteira status' });
  await owner.says('event');
  const client = start(folder, [wait(folder, 'second')], { command: 'esteira run daily' });
  await client.says('event');
  go(folder, 'first');
  assert.deepEqual(await owner.says('waiting'), ['esteira run daily']);
  assert.equal((await start(folder, [where]).result<Place>()).pid, owner.pid);
  go(folder, 'second');
  assert.ok((await client.end()).some((line) => line['result'] === owner.pid));
  assert.ok((await owner.end()).some((line) => 'ended' in line));
});

test('one who comes while the owner opens or ends waits, whoever then serves it', async () => {
  const folder = newFolder();
  const slow = { opening: 1500, closing: 1500, patience: 300 };
  const owner = start(folder, [where], slow);
  await owner.says('opening');
  const early = start(folder, [where], { patience: 300 });
  assert.equal((await early.result<Place>()).pid, owner.pid);
  await owner.says('result');
  await early.end();
  const late = start(folder, [{ ...where, repeatable: false }], { patience: 300 });
  assert.equal((await late.result<Place>()).pid, late.pid);
  assert.ok(!late.lines.some((line) => 'event' in line), 'nothing was begun, so nothing is said');
  await Promise.all([owner.end(), late.end()]);
});

test('an owner that is stopped is named after the patience of its client, and is no owner once it is killed', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder)], { command: 'esteira run daily' });
  await owner.says('event');
  owner.signal('SIGSTOP');
  const error = await start(folder, [where], { patience: 300 }).error('unreached');
  assert.equal(error['code'], 'OWNER_UNREACHABLE');
  assert.match(error['what'] ?? '', new RegExp(`esteira run daily.*PID ${owner.pid}\\b`));
  assert.match(error['next'] ?? '', new RegExp(`${owner.pid}`));
  owner.signal('SIGKILL');
  const heir = await start(folder, [where]).end();
  assert.ok(heir.some((one) => 'opening' in one) && heir.some((one) => 'ended' in one));
});

test('a lock that is held by who listens to nothing is named too', async () => {
  const folder = newFolder();
  mkdirSync(path.join(folder, '.esteira'), { recursive: true });
  const { takeSqliteLock } = await import('../../src/adapters/sqlite/lock.ts');
  const lock = await takeSqliteLock(at(folder, 'owner.sqlite'));
  assert.ok(lock);
  assert.equal(await takeSqliteLock(at(folder, 'owner.sqlite')), undefined);
  const error = await start(folder, [where], { patience: 200 }).error('unreached');
  assert.equal(error['code'], 'OWNER_UNREACHABLE');
  lock.release();
  assert.ok((await start(folder, [where]).end()).some((one) => 'result' in one));
});

test('a command of another version is told so', async () => {
  const folder = newFolder();
  const owner = start(folder, [wait(folder)], { command: 'esteira start', version: '1.2.0' });
  await owner.says('event');
  const other = start(folder, [where], { version: '1.3.0' });
  const { code, got, allowed, next } = await other.error();
  assert.equal(code, 'OWNER_UNREACHABLE');
  assert.match(`${got} ${allowed}`, /1\.2\.0.*1\.3\.0/);
  assert.match(next ?? '', new RegExp(`${owner.pid}`));
  go(folder);
  await owner.end();
});

test('a project that cannot be opened is given free again, with the reason', async () => {
  const folder = newFolder();
  const failing = start(folder, [where], { failToOpen: true, opening: 300 });
  await failing.says('opening');
  const waiting = start(folder, [where]);
  assert.equal((await failing.error('unreached'))['code'], 'FILE_HELD');
  assert.equal((await waiting.result<Place>()).pid, waiting.pid);
  await Promise.all([failing.end(), waiting.end()]);
  assert.ok(!existsSync(at(folder, 'owner.json')));
});
