import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../run/support/rounds.ts';
import { polled } from './polled.ts';

test('who polls the cube in another process through many classifications never sees it empty, half-filled or mixed', async () => {
  const times = seeds(25).length;
  const { reads, differences } = await polled(times);
  assert.deepEqual(differences, []);
  for (const count of reads) assert.ok(count > times, `${count} reads`);
});
