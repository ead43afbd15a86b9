import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../../test/run/support/folder.ts';
import type { Endpoint, Job } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import type { EndpointView } from '../../views.ts';
import { logged } from './logs.ts';

const folder = temporaryFolder('logs');
const line = (at: string): string => `${JSON.stringify({ at, event: 'run opened' })}\n`;
const write = (file: string, ...times: string[]): void =>
  writeFileSync(path.join(folder, file), times.map(line).join(''));
const of = {
  jobs: [{ name: 'train' }] as unknown as readonly Job[],
  endpoints: [{ name: 'ltr' }] as unknown as readonly Endpoint[],
};
/** The job ran last at two, and a process of the endpoint began at eight. */
const found = (since: string | undefined = '2026-09-02T08:00:00Z') => {
  const process = { process: 'p', ...(since === undefined ? {} : { since }) };
  const served: EndpointView = {
    endpoint: 'ltr',
    processes: [process],
    requests: 0,
    fallbacks: 0,
    failed: 0,
    reloads: {},
  };
  const project = {
    folder,
    logs: new Map([['train', { describe: 'train.log' }] as const, ['ltr', { describe: 'api.log' }] as const]),
    state: { runs: async () => [{ createdAt: Temporal.Instant.from('2026-09-02T02:15:00.123456Z') }] },
  };
  return logged(project as unknown as Project, of, [served]);
};

test('logs are written as long as each has a line of the last run and of the last start, and the oldest is said', async () => {
  write('api.log', '2026-09-01T08:00:00.000Z', '2026-09-02T08:00:00.010Z');
  assert.equal((await found()).what, 'nothing is in train.log');
  write('train.log', '2026-09-01T02:15:00.500Z');
  const late = await found();
  assert.equal(late.state, 'failed');
  assert.equal(late.what, 'train.log has nothing of train 2026-09-02 02:15Z: its last line is of 2026-09-01 02:15Z');
  write('train.log', '2026-09-01T02:15:00.500Z', '2026-09-02T02:15:00.123Z');
  const all = await found();
  assert.deepEqual([all.state, all.what], ['ok', '2 files, the oldest last line is of 2026-09-02 02:15Z']);
  write('api.log', '2026-09-01T08:00:00.000Z');
  assert.match((await found()).what, /^api\.log has nothing of ltr 2026-09-02 08:00Z/);
});

test('a line that is being written, and one that is longer than what is read of the end, are no lines', async () => {
  write('train.log', '2026-09-02T02:16:00.000Z');
  writeFileSync(
    path.join(folder, 'api.log'),
    `${line('2026-09-02T09:00:00.000Z')}${'x'.repeat(60_000)}\n{"at":"2026-09-02T0`,
  );
  assert.equal((await found()).state, 'ok');
  writeFileSync(path.join(folder, 'api.log'), '');
  assert.equal((await found()).what, 'nothing is in api.log');
});
