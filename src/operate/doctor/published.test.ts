import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { folderStore } from '../../adapters/files/store.ts';
import type { Project } from '../../run/index.ts';
import { type Counts, countsPath } from '../../serve/counts.ts';
import { contentOf, grownTrees, PublisherOfTests, rankedId } from '../../serve/model/testing.ts';
import { endpointFindings } from './endpoints.ts';
import { storeFindings } from './stores.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'esteira-published-'));
after(() => rmSync(scratch, { recursive: true, force: true }));
const now = Temporal.Instant.from('2026-09-02T12:00:00Z');
const store = folderStore({ path: path.join(scratch, 'published') });
const record = { store: 'published', model: rankedId, there: { number: 1, version: '1', at: now } };
const target = { name: 'published', open: async () => store };
const project = {
  graph: { nodes: new Map([[rankedId, {}]]), endpoints: new Map([['rank', {}]]), catalogs: ['catalog'] },
  ...{ published: [target], serving: target, clock: { now: () => now } },
  state: { published: { all: async () => [record] } },
} as unknown as Project;

test('the doctor reads what is published: one that is torn or gone is found, with the file and what to do', async () => {
  const publisher = new PublisherOfTests(store);
  await publisher.champion(contentOf(await grownTrees({ trees: 2, leaves: 4 }), '1'));
  const found = async () => (await storeFindings(project)).map(({ ok, found: text, next }) => [ok, text, next]);
  assert.match(String(await found()), /^true,.*1 model/);
  await publisher.put((bytes) => bytes.slice(0, bytes.length / 2));
  const [torn] = await found();
  assert.deepEqual([torn?.[0], torn?.[2]], [false, 'esteira publish']);
  assert.match(String(torn?.[1]), /^ml\.ranked: ranked\/latest\/ranked_weights\.json: /);
  rmSync(path.join(scratch, 'published'), { recursive: true });
  assert.match(String(await found()), /^false,.*it is not there any more,esteira publish$/);
});

test('the doctor says which processes do not serve what is published, why, and what to do', async () => {
  const counts: Counts = {
    ...{ format: 1, endpoint: 'rank', process: 'a', date: '2026-09-02', from: now.toString(), to: now.toString() },
    ...{ requests: 0, predictions: 0, fallbacks: { 'no model': 0, error: 0, deadline: 0 }, failed: 0, refused: 0 },
    ...{ durations: { bounds: [], counts: [0], sum: 0 }, versions: {}, reloads: {}, serving: '1' },
    unserved: { is: 'corrupt', why: 'a/latest/a.json: it was cut', next: 'esteira publish' },
  };
  await store.keep(countsPath(counts), { bytes: Buffer.from(JSON.stringify(counts)) });
  assert.deepEqual(await endpointFindings(project), [
    {
      ...{ what: 'endpoint rank', ok: false },
      found: 'what is published is not served by 1 of 1 process, corrupt: a/latest/a.json: it was cut',
      next: 'esteira publish',
    },
  ]);
});
