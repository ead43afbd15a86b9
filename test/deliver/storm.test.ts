import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeds } from '../run/support/rounds.ts';
import { tryDelivery } from './trial.ts';

for (const seed of seeds(6))
  test(`whatever becomes of requests and processes, each row is written once and accounted for (ESTEIRA_SEED=${seed})`, async (context) => {
    const { rows, runs, kills, requests, differences } = await tryDelivery(seed);
    context.diagnostic(`${rows} rows, ${runs} runs, ${kills} kills, requests: ${JSON.stringify(requests)}`);
    assert.deepEqual(differences, []);
  });
