import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../run/support/rounds.ts';
import { hostilities } from './hostility.ts';

test('files that write, connect or read a secret where people load them do none of it where they are imported', async () => {
  const { found, differences } = await hostilities(seeds(3));
  assert.deepEqual(differences, []);
  assert.equal(found.refusedByTheScan, found.files);
});
