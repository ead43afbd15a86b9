import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentRequests } from './requests.ts';

const features = [
  { name: 'near', kind: 'number' },
  { name: 'city', kind: 'words' },
] as const;

test('of requests that were asked lately the features are kept, as plain values, and not too many of them', () => {
  const recent = new RecentRequests({ features, each: ['area'] });
  recent.see([{ near: 3n, city: 'Recife', area: 'civil', lawyer: 'ana', at: Temporal.Now.instant() }, { near: null }]);
  assert.deepEqual(recent.all, [
    [
      { near: 3, city: 'Recife', area: 'civil' },
      { near: null, city: null, area: null },
    ],
  ]);
  for (let request = 0; request < 10_000; request += 1)
    recent.see(Array.from({ length: 500 }, () => ({ near: request })));
  assert.equal(recent.all.length, 32);
  assert.ok(recent.all.every((rows) => rows.length <= 64));
  assert.ok(
    recent.all.every(([row]) => Number(row?.['near']) > 3000),
    'the last ones',
  );
});

test('a request of numbers that no version could compute with is not kept, nor what cannot be given to a thread', () => {
  const recent = new RecentRequests({ features, each: [] });
  for (const near of [Number.NaN, Number.POSITIVE_INFINITY, -1e300]) recent.see([{ near: 1 }, { near }]);
  recent.see([]);
  assert.deepEqual(recent.all, []);
  recent.see([{ near: 1, city: () => 'Recife' }]);
  assert.deepEqual(structuredClone(recent.all), [[{ near: 1, city: null }]]);
});
