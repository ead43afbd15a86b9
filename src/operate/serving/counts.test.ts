import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/run/support/folder.ts';
import { folderStore } from '../../adapters/files/store.ts';
import type { Counts } from '../../serve/counts.ts';
import { addedUp, countsOf, quantileOf } from './counts.ts';

const bounds = [1, 5, 15];
const counted = (of: Partial<Counts> = {}): Counts => ({
  ...{ format: 1, endpoint: 'ltr', process: 'a', date: '2026-09-01' },
  ...{ from: '2026-09-01T00:00:00Z', to: '2026-09-01T12:00:00Z' },
  ...{ requests: 100, predictions: 98, fallbacks: { 'no model': 0, error: 1, deadline: 1 }, failed: 0, refused: 3 },
  durations: { bounds, counts: [50, 40, 9, 1], sum: 300 },
  ...{ versions: { '20260901_0215': 98 }, reloads: { swapped: 1 } },
  ...of,
});

test('what processes have counted on some days is added up; a file that is not whole is left out', async () => {
  const folder = temporaryFolder('counts');
  const put = (date: string, process: string, text: string): void => {
    const own = path.join(folder, 'endpoints', 'ltr', 'counts', date);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, `${process}.json`), text);
  };
  put('2026-09-01', 'a', JSON.stringify(counted()));
  put('2026-09-02', 'a', JSON.stringify(counted({ date: '2026-09-02', versions: { '20260902_0215': 98 } })));
  put('2026-09-02', 'b', JSON.stringify(counted({ date: '2026-09-02', process: 'b' })).slice(0, -20));
  put('2026-09-03', 'a', JSON.stringify(counted({ date: '2026-09-03' })));
  const days = { from: Temporal.PlainDate.from('2026-09-01'), to: Temporal.PlainDate.from('2026-09-02') };
  const all = addedUp(await countsOf(folderStore({ path: folder }), 'ltr', days));
  assert.deepEqual([all.processes, all.requests, all.fallbacks, all.byReason.deadline], [2, 200, 4, 2]);
  assert.deepEqual(all.versions, { '20260901_0215': 98, '20260902_0215': 98 });
  assert.deepEqual(all.durations, { bounds, counts: [100, 80, 18, 2], sum: 600 });
});

test('a quantile lies within its bucket, above the last it is infinite, and of nothing it is not known', () => {
  const { durations } = counted();
  assert.equal(quantileOf(durations, 0.5), 1);
  assert.equal(quantileOf(durations, 0.7), 3);
  assert.equal(quantileOf(durations, 0.9), 5);
  assert.equal(quantileOf(durations, 0.995), Number.POSITIVE_INFINITY);
  assert.equal(quantileOf({ bounds, counts: [0, 0, 0, 0], sum: 0 }, 0.95), undefined);
});

test('durations of another release, by other bounds, count as slow as they may have been', () => {
  const older = counted({ to: '2026-08-01T00:00:00Z', durations: { bounds: [2, 30], counts: [5, 7, 1], sum: 0 } });
  assert.deepEqual(addedUp([counted(), older]).durations.counts, [50, 45, 9, 9]);
});
