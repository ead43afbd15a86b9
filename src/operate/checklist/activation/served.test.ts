import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoint } from '../../../define/index.ts';
import type { Project } from '../../../run/index.ts';
import type { EndpointView } from '../../views.ts';
import { polls } from './served.ts';

const endpoint = { name: 'ltr', facts: { reload: { every: '5 minutes' } } } as unknown as Endpoint;
/** At noon, with a champion since then. */
const project = (since: string) =>
  ({
    graph: { nodeOf: () => ({ id: 'ranking.gold.ltr' }) },
    state: { models: { moves: async () => [{ to: '20260902_0215', at: Temporal.Instant.from(since) }] } },
    clock: { now: () => Temporal.Instant.from('2026-09-02T12:00:00Z') },
  }) as unknown as Project;
const served = (...versions: string[]): readonly EndpointView[] => [
  {
    endpoint: 'ltr',
    processes: versions.map((version, place) => ({ process: `p${place}`, version })),
    ...{ requests: 1, fallbacks: 0, failed: 0, reloads: { swapped: 2, corrupt: 0 } },
  },
];

test('processes that have the champion look for it, with what their looks came to', async () => {
  const { state, what, evidence } = await polls(
    project('2026-09-02T02:15:00Z'),
    endpoint,
    served('20260902_0215', '20260902_0215'),
  );
  assert.deepEqual([state, what], ['ok', '2 processes, each looking every 5 minutes']);
  assert.equal(evidence?.at(-1), 'reloads today: swapped 2');
});

test('one that answers with another version after it must have looked does not; one that need not have looked yet does', async () => {
  const views = served('20260902_0215', '20260901_0215');
  const late = await polls(project('2026-09-02T11:50:00Z'), endpoint, views);
  assert.equal(late.state, 'failed');
  assert.equal(
    late.what,
    '20260902_0215 is the champion since 2026-09-02 11:50Z, and 1 of 2 processes still answers with 20260901_0215',
  );
  assert.deepEqual(late.next, ['esteira publish, then look at /ltr/health']);
  assert.equal((await polls(project('2026-09-02T11:54:00Z'), endpoint, views)).state, 'ok');
});

test('what nobody serves is not served', async () => {
  const { state, next } = await polls(project('2026-09-02T02:15:00Z'), endpoint, served());
  assert.deepEqual([state, next], ['failed', ['esteira endpoint ltr']]);
});
