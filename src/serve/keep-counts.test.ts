import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptFiles } from '../ports/index.ts';
import type { Counts } from './counts.ts';
import { CountsKeeper } from './keep-counts.ts';
import { Tally } from './tally.ts';

/** Files in memory; nothing is taken while it is away. */
function store() {
  const all = new Map<string, Uint8Array>();
  const asked = (): void => {
    if (self.isAway) throw new Error('no answer');
  };
  const files = {
    look: async (path: string) => {
      asked();
      const bytes = all.get(path);
      return bytes && { bytes, mark: 'one' };
    },
    keep: async (path: string, content: { readonly bytes: Uint8Array }) => void all.set(path, content.bytes),
    replace: async (path: string, { bytes }: { readonly bytes: Uint8Array }) => void all.set(path, bytes),
  } as unknown as KeptFiles;
  const self = { files, isAway: false, read: (path: string) => JSON.parse(String(all.get(path))) as Counts };
  return self;
}

test('each day has what was counted on it, also when the store was away at midnight', async () => {
  let now = '2028-02-29T23:59:00Z';
  const clock = { now: () => Temporal.Instant.from(now) };
  const kept = store();
  const said: object[] = [];
  const reloads: Record<string, number> = { swapped: 1 };
  const tally = new Tally(clock, () => reloads);
  const keeper = new CountsKeeper({
    ...{ endpoint: 'ltr', process: 'p', files: kept.files, clock, tally },
    ...{ served: () => '20280229_0215', say: (line) => said.push(line) },
  });
  const path = (date: string): string => `endpoints/ltr/counts/${date}/p.json`;
  for (const milliseconds of [0.2, 0.3, 12, 9999]) tally.day.predicted('a', milliseconds);
  tally.day.fellBack('deadline', 51);
  await keeper.write();
  const first = kept.read(path('2028-02-29'));
  assert.deepEqual([first.requests, first.predictions, first.fallbacks.deadline], [5, 4, 1]);
  assert.deepEqual(
    first.durations.counts.flatMap((count, at) => (count > 0 ? [at] : [])),
    [0, 1, 7, 10, 16],
  );
  kept.isAway = true;
  tally.day.refusedAs('REQUEST_INVALID');
  now = '2028-03-01T00:00:10Z';
  reloads['swapped'] = 2;
  tally.turn();
  tally.day.failedToAnswer(1);
  reloads['swapped'] = 3;
  await keeper.write();
  await keeper.write();
  assert.equal(said.length, 1, 'a store that is away is said once');
  kept.isAway = false;
  await keeper.close();
  const last = kept.read(path('2028-02-29'));
  const next = kept.read(path('2028-03-01'));
  assert.deepEqual([last.requests, last.refused, last.failed], [5, 1, 0]);
  assert.deepEqual([next.requests, next.refused, next.failed, next.ended], [1, 0, 1, true]);
  assert.deepEqual([last.reloads, next.reloads], [{ swapped: 2 }, { swapped: 1 }]);
  assert.deepEqual([tally.all.requests, tally.all.failed], [6, 1]);
});
