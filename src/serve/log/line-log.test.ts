import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Say } from '../parts.ts';
import { LineLog } from './line-log.ts';

const at = Temporal.Instant.from('2026-03-04T10:00:00.123456Z');

test('each thing is one line that says when, what and of which endpoint, without what is secret, and others hear it', async () => {
  const written: string[] = [];
  const heard: string[] = [];
  const log = new LineLog({
    file: { describe: 'logs/api.log', append: async (lines) => void written.push(...lines) },
    clock: { now: () => at },
    about: { endpoint: 'ltr' },
    redact: (text) => text.replaceAll('hush"', '***'),
    also: ({ event }) => heard.push(event),
  });
  log.say({ level: 'info', event: 'start', address: 'http://127.0.0.1:1' });
  log.say({ level: 'error', event: 'no answer', error: 'Error: hush"\nagain' });
  await log.close();
  assert.deepEqual(written, [
    '{"at":"2026-03-04T10:00:00.123Z","level":"info","event":"start","endpoint":"ltr","address":"http://127.0.0.1:1"}',
    '{"at":"2026-03-04T10:00:00.123Z","level":"error","event":"no answer","endpoint":"ltr","error":"Error: ***\\nagain"}',
  ]);
  assert.deepEqual(heard, ['start', 'no answer']);
});

test('a file that does not take lines keeps nobody waiting: they are bounded and counted, and it is said once', async () => {
  const written: string[] = [];
  const heard: Parameters<Say>[0][] = [];
  let isThere = false;
  const log = new LineLog({
    file: {
      describe: 'logs/api.log',
      append: async (lines) => {
        if (!isThere) throw new Error('no space');
        written.push(...lines);
      },
    },
    clock: { now: () => at },
    about: {},
    redact: (text) => text,
    also: (line) => heard.push(line),
  });
  for (let index = 0; index < 10_050; index += 1) log.say({ level: 'info', event: 'many' });
  await log.close();
  log.say({ level: 'info', event: 'more' });
  await log.close();
  assert.equal(heard.filter(({ event }) => event === 'log file not written').length, 1);
  isThere = true;
  log.say({ level: 'info', event: 'last' });
  await log.close();
  assert.deepEqual(
    written.map((line) => JSON.parse(line) as object),
    [
      { at: '2026-03-04T10:00:00.123Z', level: 'warn', event: 'lines lost', count: 10_051 },
      { at: '2026-03-04T10:00:00.123Z', level: 'info', event: 'last' },
    ],
  );
});
