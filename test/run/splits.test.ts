import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { buildWhole, splitRound, type Whole } from './splits.ts';
import { seeds } from './support/rounds.ts';

let whole: Whole;
before(async () => {
  whole = await buildWhole({ tickets: 150, days: 3, pieces: 3, seed: 11 });
});

for (const seed of seeds(1)) {
  test(`files that come in random groups leave what all of them leave at once (seed ${seed})`, async (context) => {
    const round = await splitRound(whole, seed);
    context.diagnostic(`${round.groups.join(' + ')} files, ${round.runs} runs, ${round.tables} tables`);
    assert.ok(round.groups.filter((files) => files > 0).length > 1);
    assert.ok(round.tables > 40);
    assert.deepEqual(round.differences, []);
  });
}
