import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EndpointProcesses } from './endpoints.ts';

test('a process that ends at once is begun again with growing pauses, and its error is said by its code', async () => {
  const said: string[] = [];
  const error = JSON.stringify({
    error: { code: 'CONFIG_INVALID', what: 'It is wrong.', got: 'port x', next: 'Correct it.' },
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  const processes = new EndpointProcesses({
    endpoints: ['ltr'],
    started: () => ({ file: process.execPath, args: ['-e', `console.log(${JSON.stringify(error)})`] }),
    say: (_, text) => {
      if (said.push(text) === 3) resolve();
    },
    pauses: { first: 10, longest: 20 },
  });
  await promise;
  await processes.close();
  const ended = (seconds: number): string =>
    `endpoint ltr has ended (CONFIG_INVALID: It is wrong. port x Correct it.) and is started again in ${seconds} s`;
  assert.deepEqual(said, [ended(0.01), ended(0.02), ended(0.02)]);
});

test('it is told to look, says what it says, and is ended by force when it does not end', async () => {
  const said: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const program = `process.on('SIGTERM', () => {}); process.on('message', (m) => console.error(JSON.stringify({ level: 'info', event: m, at: 'now', version: 'v1' })));`;
  const processes = new EndpointProcesses({
    endpoints: ['ltr'],
    started: () => ({ file: process.execPath, args: ['-e', program] }),
    say: (level, text) => {
      said.push(`${level} ${text}`);
      resolve();
    },
    grace: 50,
  });
  const looking = setInterval(() => processes.look(), 20);
  await promise;
  clearInterval(looking);
  await processes.close();
  assert.equal(said[0], 'info endpoint ltr: look: version v1');
});
