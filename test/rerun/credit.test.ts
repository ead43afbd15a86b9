import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildWhole } from '../run/splits.ts';
import { seeds } from '../run/support/rounds.ts';
import { anyOrder } from './credit.ts';

const whole = await buildWhole({ tickets: 100, days: 2, pieces: 2, seed: 21 });
for (const [index, seed] of seeds(2).entries()) {
  const invalid = index % 2 === 0;
  const words = invalid ? 'reprocess --invalid' : 'reprocess all';
  test(`the credit pipeline, its files in any order, is after ${words} as if all had come at once (seed ${seed})`, async () => {
    const { early, differences } = await anyOrder(whole, seed, invalid);
    assert.notEqual(early, 0);
    assert.deepEqual(differences, []);
  });
}
