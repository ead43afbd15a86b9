import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../support/rounds.ts';
import { tryModes } from './modes.ts';

for (const seed of seeds(3)) {
  test(`each way of writing leaves what it is said to leave, of random rows (seed ${seed})`, async (context) => {
    const { files, lines, compared, differences } = await tryModes(seed);
    context.diagnostic(`${lines} lines in ${files} files, ${compared} tables compared`);
    assert.deepEqual(differences, []);
    assert.ok(compared > 20);
  });
}
