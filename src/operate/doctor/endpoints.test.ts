import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from '../../run/index.ts';
import { endpointFindings } from './endpoints.ts';

/** Of a process that was heard from last then, and answered with a version that was the champion until a quarter past two. */
async function found(to: string, serving = '20260901_0215') {
  const counts = {
    ...{ format: 1, endpoint: 'ltr', process: 'a', date: '2026-09-02', from: '2026-09-02T00:00:00Z', to, serving },
    ...{ requests: 1, predictions: 1, fallbacks: {}, failed: 0, refused: 0, versions: {}, reloads: {} },
    durations: { bounds: [1], counts: [1, 0], sum: 1 },
  };
  const files = {
    below: async (folder: string) => (folder.endsWith('2026-09-02') ? [`${folder}/a.json`] : []),
    read: async () => Buffer.from(JSON.stringify(counts)),
  };
  const project = {
    graph: {
      endpoints: new Map([['ltr', { name: 'ltr', facts: { reload: { every: '5 minutes' } } }]]),
      nodeOf: () => ({ id: 'ranking.gold.ltr' }),
    },
    state: {
      models: { moves: async () => [{ to: '20260902_0215', at: Temporal.Instant.from('2026-09-02T02:15:00Z') }] },
    },
    serving: { name: 'folder', open: async () => files },
    clock: { now: () => Temporal.Instant.from('2026-09-02T12:00:00Z') },
  } as unknown as Project;
  const [finding] = await endpointFindings(project);
  return [finding?.ok, finding?.found];
}

test('a process that has not taken the champion in all this time is found, and so is one that stopped without saying so', async () => {
  assert.deepEqual(await found('2026-09-02T11:59:30Z', '20260902_0215'), [true, '20260902_0215 by 1 process']);
  assert.deepEqual(await found('2026-09-02T11:59:30Z'), [
    false,
    '20260902_0215 is the champion since 2026-09-02 02:15Z, and 1 of 1 process still answers with 20260901_0215',
  ]);
  assert.deepEqual(await found('2026-09-02T11:50:00Z'), [
    false,
    'no process serves it: the last one stopped without saying so; last heard from at 2026-09-02T11:50:00Z',
  ]);
});
