import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../run/support/rounds.ts';
import { live } from './ledger.ts';

for (const seed of seeds(2)) {
  test(`whatever the rules become and wherever it is killed, every row is in one place (seed ${seed})`, async () => {
    const { actions, differences } = await live(seed, 4);
    assert.deepEqual(differences, [], actions.join('\n'));
  });
}
