import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../../columns/index.ts';
import { endpoint, fallbackShare, kmeans, model, servedLatency, sql, table } from '../../../define/index.ts';
import { type Counts, durationBounds } from '../../../serve/counts.ts';
import type { Subject } from '../subject.ts';
import { measureFallbacks, measureServedLatency } from './served.ts';

const rows = table('gold.rows', { columns: { id: col.text().key(), minutes: col.real() }, rows: sql`select 1` });
const served = endpoint('ltr', {
  model: model('gold.ltr', { from: rows, features: ['minutes'], learner: kmeans({ clusters: 2 }) }),
  ...{ path: '/rank', request: { id: col.text() }, answer: { id: col.text() } },
  handle: ({ request }) => request,
});
/** Files that processes of the endpoint have left, with how many answers took up to each bound. */
const counts = (requests: number, fallbacks: number, upTo: Readonly<Record<number, number>>): Counts => ({
  ...{ format: 1, endpoint: 'ltr', process: 'a', date: '2026-03-10', from: '', to: '2026-03-10T08:00:00Z', requests },
  ...{ predictions: requests - fallbacks, failed: 0, refused: 0, versions: {}, reloads: {} },
  fallbacks: { 'no model': 0, error: fallbacks, deadline: 0 },
  durations: {
    bounds: durationBounds,
    counts: [...durationBounds, Number.POSITIVE_INFINITY].map((bound) => upTo[bound] ?? 0),
    sum: 0,
  },
});
const subject = (files: Readonly<Record<string, Counts>>): Subject => {
  const store = {
    below: async (folder: string) => Object.keys(files).filter((path) => path.startsWith(`${folder}/`)),
    read: async (path: string) => Buffer.from(JSON.stringify(files[path])),
  };
  const project = {
    serving: { name: 'files', open: async () => store },
    clock: { now: () => Temporal.Instant.from('2026-03-10T08:00:00Z') },
  };
  return { project } as unknown as Subject;
};
const days = {
  'endpoints/ltr/counts/2026-03-08/a.json': counts(1000, 1000, { 5000: 1000 }),
  'endpoints/ltr/counts/2026-03-09/a.json': counts(600, 3, { 1: 500, 2.5: 100 }),
  'endpoints/ltr/counts/2026-03-10/a.json': counts(300, 0, { 1: 200, 5: 100 }),
  'endpoints/ltr/counts/2026-03-10/b.json': counts(100, 1, { 1: 90, 10: 10 }),
  'endpoints/other/counts/2026-03-10/a.json': counts(9, 9, { 1: 9 }),
};

test('the share of fallbacks is of all processes, on the days that the time reaches into', async () => {
  const found = await measureFallbacks(fallbackShare(served), subject(days));
  assert.deepEqual(found.parts, [{ of: 'ltr', value: 4 / 1000 }]);
  assert.equal(found.what('ltr', 0.004), 'the fallback of ltr answered 0.4 % of 1,000 requests');
  assert.deepEqual(await found.facts(['ltr']), ['error: 4']);
  const longer = await measureFallbacks(fallbackShare(served, { over: '2 days' }), subject(days));
  assert.deepEqual(longer.parts, [{ of: 'ltr', value: 1004 / 2000 }]);
});

test('requests that nothing answered count as those that the model did not, and people are sent to the endpoint', async () => {
  const all = { 'endpoints/ltr/counts/2026-03-10/a.json': { ...counts(100, 3, { 1: 100 }), failed: 7 } };
  const found = await measureFallbacks(fallbackShare(served), subject(all));
  assert.deepEqual(found.parts, [{ of: 'ltr', value: 0.1 }]);
  assert.equal(found.what('ltr', 0.1), 'the model of ltr did not answer 10 % of 100 requests');
  assert.deepEqual(await found.facts(['ltr']), ['error: 3', 'without any answer: 7']);
  assert.match(String(found.look(['ltr'])), /\/ltr\/health,.*fallback, no answer,esteira doctor/);
});

test('a latency is found between the bounds of its histogram, as Prometheus does', async () => {
  const value = async (quantile: 'p50' | 'p95' | 'p99') =>
    (await measureServedLatency(servedLatency(served, quantile), subject(days))).parts[0]?.value;
  // 790 up to 1 ms (from 0.5 on), 100 up to 2.5, 100 up to 5, 10 up to 10 (from 7.5 on).
  assert.equal(await value('p50'), 0.5 + (500 / 790) * 0.5);
  assert.equal(await value('p95'), 2.5 + (60 / 100) * 2.5);
  assert.equal(await value('p99'), 5);
  const slow = { 'endpoints/ltr/counts/2026-03-10/a.json': counts(1, 0, { [Number.POSITIVE_INFINITY]: 1 }) };
  const { parts } = await measureServedLatency(servedLatency(served, 'p95'), subject(slow));
  assert.equal(parts[0]?.value, 5000, 'above the last bound nothing more is known');
});

test('without requests, or where nothing is served, neither is known', async () => {
  const none = [
    await measureFallbacks(fallbackShare(served), subject({})),
    await measureServedLatency(servedLatency(served, 'p95'), subject({})),
    await measureFallbacks(fallbackShare(served), { project: { clock: subject({}).project.clock } } as Subject),
  ];
  for (const { parts, unknown } of none) {
    assert.deepEqual(parts, [{ of: 'ltr' }]);
    assert.match(unknown ?? '', /^ltr has had no request/);
  }
});
