import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { col, endpoint } from '../index.ts';
import type { KeptFiles } from '../ports/index.ts';
import { type Serving, serve } from './endpoint.ts';
import { ranked, rankedId } from './model/testing.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'esteira-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const rank = endpoint('rank', {
  path: '/rank',
  model: ranked(),
  request: { who: col.text() },
  answer: { by: col.text() },
  handle: () => ({ by: 'model' }),
  fallback: () => ({ by: 'fallback' }),
});

/** A store in which nothing is; what is asked of models is not answered while it is silent. */
function world({ isSilent }: { readonly isSilent: boolean }) {
  const written: string[] = [];
  const files = {
    describe: 'memory',
    look: async () => undefined,
    read: async () => undefined,
    keep: async (name: string) => void written.push(name),
  } as unknown as KeptFiles;
  const silent = { ...files, look: () => new Promise(() => {}) } as KeptFiles;
  const said: string[] = [];
  const serving: Serving = {
    ...{ endpoint: rank, idOf: () => rankedId, store: { files, models: isSilent ? silent : files } },
    exports: () => Promise.reject(new Error('nothing is looked up')),
    ...{ clock: { now: () => Temporal.Now.instant() }, process: 'p1', folder, host: '127.0.0.1', port: 0, linger: 0 },
    async takeLock(file) {
      writeFileSync(file, '');
      return { release: () => {} };
    },
    say: ({ event }) => void said.push(event),
  };
  return { serving, written, said };
}

test('a process that is told to end while it begins ends, and answers who has waited for it', {
  timeout: 10_000,
}, async () => {
  const { serving, said, written } = world({ isSilent: true });
  const ending = new AbortController();
  const listens = Promise.withResolvers<string>();
  const say: Serving['say'] = (line) => {
    serving.say(line);
    if (line.event === 'start') listens.resolve(String(line['address']));
  };
  const serves = serve({ ...serving, say, ending: ending.signal });
  const address = await listens.promise;
  const init = { method: 'POST', body: '{"who":"ana"}', headers: { 'content-type': 'application/json' } };
  const waiting = fetch(`${address}/rank`, init);
  assert.equal((await fetch(`${address}/health/ready`)).status, 503);
  ending.abort();
  const served = await serves;
  assert.deepEqual(await (await waiting).json(), { by: 'fallback' });
  await served.close();
  assert.deepEqual(
    said.filter((event) => ['start', 'ready', 'not ready', 'stop', 'not closed'].includes(event)),
    ['start', 'stop'],
  );
  assert.equal(written.filter((name) => name.includes('/counts/')).length, 1, 'what it has answered is counted');
});

test('a process that cannot listen leaves no counts behind', async () => {
  const { serving, written } = world({ isSilent: false });
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { readonly port: number };
  await assert.rejects(serve({ ...serving, port }), { syscall: 'listen' });
  taken.close();
  assert.deepEqual(written, []);
});
