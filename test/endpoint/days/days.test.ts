import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from './simulate.ts';

test('days that nobody touches: of two bad training sets one is refused, one is taken back on its day, and nothing is lost while stores are away', async () => {
  const found = await simulate(
    { days: 9, requests: 120, seed: 3, deadline: '5 seconds' },
    { swapped: 1, leaked: 3, held: 5, away: 6 },
  );
  assert.deepEqual([found.requests, found.failed, found.fallbacks], [9 * 3 * 120, 0, 0]);
  assert.deepEqual(found.refused.includes('20250716_0215'), true, `refused ${found.refused}`);
  assert.deepEqual(found.takenBack, ['20250718_0215']);
  assert.deepEqual(
    found.bad.map(({ version, days }) => [version, days]),
    [['20250718_0215', ['2025-07-18']]],
  );
  assert.deepEqual([found.logged, found.learned, found.shown], [found.predicted, found.choices, found.requests]);
  assert.ok(found.waited > 100_000, `${found.waited} bytes waited for the broker`);
  assert.equal(found.told, true);
  assert.deepEqual(found.missing, []);
  assert.ok(found.furthest < 4, `${found.furthest} standard errors`);
  const states = new Map(found.objectives.map(({ item, state }) => [item, state]));
  assert.deepEqual(
    ['p95 of ltr', 'fallbacks of ltr', 'bad champions of gold.ltr'].map((item) => states.get(item)),
    ['ok', 'ok', 'ok'],
  );
  const drilled = new Map(found.activation.map((one) => [one.item, one]));
  for (const item of ['the gate of gold.ltr refuses', 'gold.ltr can be taken back', 'monitoring is configured'])
    assert.equal(drilled.get(item)?.state, 'ok', JSON.stringify(drilled.get(item)));
  assert.match(
    drilled.get('gold.ltr can be taken back')?.evidence[0] ?? '',
    /on a copy; the project itself is untouched/,
  );
  for (const figure of ['Hit@3', 'nDCG@5', 'conversão', 'satisfação'])
    assert.match(String(drilled.get('monitoring is configured')?.evidence), new RegExp(`ltr: ${figure} em produção`));
  assert.deepEqual(found.touched, []);
  assert.equal(found.activation.length, 10);
});
