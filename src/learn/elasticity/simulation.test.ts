import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, simulation } from './simulation.ts';

for (const seed of [20261120, 1, 2]) {
  test(`with events, stock-outs and rivals at once the treated elasticities hold and the naive ones do not, seed ${seed}`, () => {
    const { naive, treated } = simulation({ seed });
    assert.ok(naive.bias > 1 && naive.coverage < 0.05, JSON.stringify(naive));
    assert.ok(holds(treated), JSON.stringify(treated));
  });

  test(`where the calendar does not know four events of ten, the same is not held, seed ${seed}`, () => {
    const { treated } = simulation({ seed, known: 0.6 });
    assert.ok(!holds(treated) && treated.bias > 0.1, JSON.stringify(treated));
  });
}

test('with nothing that hides them both hold', () => {
  const { naive, treated } = simulation({ seed: 3, events: false, stockOuts: false, rivals: false });
  assert.ok(Math.abs(naive.bias) < 0.1, JSON.stringify(naive));
  assert.ok(holds(treated), JSON.stringify(treated));
});
