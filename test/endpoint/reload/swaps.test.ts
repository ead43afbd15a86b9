import assert from 'node:assert/strict';
import { test } from 'node:test';
import { swapsUnderLoad } from './swaps.ts';

test('versions are swapped under load: no request fails, each answer is that of the version it names, memory stays', async () => {
  const { swaps, refused, load, inFlight, memory, differences } = await swapsUnderLoad({ swaps: 25 });
  assert.deepEqual(differences.slice(0, 5), []);
  assert.deepEqual([swaps, refused, load.failed], [25, 5, 0]);
  assert.ok(inFlight.least >= 10, `at a swap ${inFlight.least} requests were in flight`);
  assert.ok(Object.keys(load.versions).length >= 25, JSON.stringify(load.versions));
  // In so few swaps a process has hardly begun; .ci/full looks closer.
  const grown = (memory.at(-1) ?? 0) - (memory[0] ?? 0);
  assert.ok(grown < 10 * 2 ** 20, `memory grew by ${grown} bytes: ${memory}`);
});
