import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../columns/index.ts';
import {
  atMost,
  byHand,
  endpoint,
  failures,
  fallbackShare,
  job,
  kmeans,
  model,
  monitor,
  servedLatency,
  settings,
  sql,
  table,
} from '../../define/index.ts';
import { collect } from '../../graph/index.ts';
import type { Project } from '../../run/index.ts';
import { monitors } from './look.ts';

const rows = table('gold.rows', {
  columns: { id: col.integer().key(), minutes: col.real() },
  rows: sql`select 1 as id`,
});
const ltr = model('gold.ltr', { from: rows, features: ['minutes'], learner: kmeans({ clusters: 2 }) });
const served = endpoint('rank', {
  ...{ path: '/rank', model: ltr, request: { id: col.text() }, answer: { id: col.text() } },
  handle: ({ request }) => request,
});
const nightly = job('nightly', { when: byHand, build: [rows] });
const limits = settings('config.limits', { failed: col.integer().default(0) });
const exports = [
  ...[rows, ltr, served, nightly, limits],
  monitor('fallbacks', { expect: atMost(fallbackShare(served), 0.001), every: '*/5 * * * *' }),
  monitor('slow', { expect: atMost(servedLatency(served, 'p95'), '15 ms'), every: '0 * * * *' }),
  monitor('broken', { expect: atMost(failures(nightly), limits.failed) }),
];

test('monitors are shown with what they watch, by name, and with their limit also before they were judged', async () => {
  const graph = collect([{ catalog: 'shop', file: 'shop.ts', exports: { ...exports } }], { suffix: '_invalidos' });
  const alerts = { newest: async () => new Map(), alerts: async () => [], figures: async () => [] };
  const project = { graph, folder: '/shop', state: { alerts } } as unknown as Project;
  const { monitors: all } = await monitors(project, {});
  assert.deepEqual(
    all.map(({ monitor: name, of, limit }) => [name, of, limit]),
    [
      ['fallbacks', ['rank'], 'at most 0.1 %'],
      ['slow', ['rank'], 'at most 15 ms'],
      ['broken', ['nightly'], 'at most config.limits.failed'],
    ],
  );
  assert.deepEqual((await monitors(project, { name: 'slow' })).monitors[0]?.of, ['rank']);
});
