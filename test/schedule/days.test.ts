import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './days.ts';

test('ten days with three changes of clocks, owners that are killed, stopped and away: each day is there once, or its absence is named', async (t) => {
  const { differences, ...counts } = await simulate({ seed: 3, days: 10 });
  t.diagnostic(JSON.stringify(counts));
  assert.deepEqual(differences, []);
  assert.ok(counts.kills >= 2, 'owners were killed');
  assert.ok(counts.rows > 10 && counts.named > 0 && counts.done > 25, 'there was something to do, and to miss');
});
