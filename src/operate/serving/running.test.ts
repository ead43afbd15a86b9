import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Project } from '../../run/index.ts';
import type { Counts } from '../../serve/counts.ts';
import { servedEndpoints } from './running.ts';

const counted = (of: Partial<Counts>): Counts => ({
  ...{ format: 1, endpoint: 'ltr', process: 'a', date: '2026-09-02', host: 'one', address: 'http://127.0.0.1:8080' },
  ...{ from: '2026-09-02T00:00:00Z', to: '2026-09-02T11:59:30Z', serving: '20260901_0215' },
  ...{ requests: 100, predictions: 98, fallbacks: { 'no model': 0, error: 1, deadline: 1 }, failed: 0, refused: 3 },
  ...{ durations: { bounds: [1], counts: [90, 10], sum: 300 }, versions: {}, reloads: {} },
  ...of,
});
/** What is seen of these files at noon. */
async function seen(all: readonly Counts[], fails?: string) {
  const files = {
    below: async (folder: string) => {
      if (fails !== undefined) throw new Error(fails);
      return all.flatMap((one, index) => (folder.endsWith(one.date) ? [`${folder}/${index}`] : []));
    },
    read: async (path: string) => Buffer.from(JSON.stringify(all[Number(path.split('/').at(-1))])),
  };
  const project = {
    graph: { endpoints: new Map([['ltr', {}]]) },
    serving: { name: 'folder', open: async () => files },
    clock: { now: () => Temporal.Instant.from('2026-09-02T12:00:00Z') },
  } as unknown as Project;
  return (await servedEndpoints(project))[0];
}

test('a process that has written lately serves, one that is silent, has ended, or was followed by another does not', async () => {
  const both = await seen([counted({}), counted({ process: 'b', host: 'two', serving: '20260902_0215' })]);
  assert.deepEqual(
    both?.processes.map(({ version }) => version),
    ['20260901_0215', '20260902_0215'],
  );
  assert.deepEqual([both?.requests, both?.fallbacks], [200, 4]);
  const silent = await seen([counted({ to: '2026-09-02T11:57:00Z' })]);
  assert.deepEqual([silent?.processes, silent?.seen, silent?.isLost], [[], '2026-09-02T11:57:00Z', true]);
  const ended = await seen([counted({ ended: true })]);
  assert.deepEqual([ended?.processes, ended?.isLost], [[], undefined]);
  const killed = counted({ to: '2026-09-02T11:59:00Z' });
  assert.deepEqual((await seen([killed, counted({ process: 'b', ended: true })]))?.processes, []);
  const yesterday = await seen([counted({ date: '2026-09-01', to: '2026-09-01T23:59:00Z' })]);
  assert.deepEqual([yesterday?.requests, yesterday?.processes], [0, []]);
});

test('a process that does not serve what is published says so, as long as it lives', async () => {
  const unserved = { is: 'corrupt', why: 'ltr/latest/ltr_weights.json: it was cut', next: 'esteira publish' };
  const all = await seen([counted({ process: 'b', host: 'two' }), counted({ unserved })]);
  assert.deepEqual(
    all?.processes.map((one) => one.unserved),
    [undefined, unserved],
  );
});

test('what its looks came to today is added up, and it is known when one began that began today', async () => {
  const [reloads, host] = [{ swapped: 1, corrupt: 2 }, 'two'];
  const before = counted({ date: '2026-09-01', from: '2026-09-01T09:00:00Z', reloads });
  const all = await seen([before, counted({ reloads }), counted({ process: 'b', host, from: '2026-09-02T08:00:00Z' })]);
  assert.deepEqual(all?.reloads, reloads);
  assert.deepEqual(
    all?.processes.map(({ since }) => since),
    [undefined, '2026-09-02T08:00:00Z'],
  );
});

test('a store that does not answer is said', async () => {
  const { trouble, processes } = (await seen([], 'no answer')) ?? {};
  assert.deepEqual([trouble, processes], ['no answer', []]);
});
