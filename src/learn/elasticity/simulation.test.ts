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

test('where prices are held for weeks and days resemble those before them, intervals hold if days are known, and are too narrow if not', () => {
  const of = { seed: 1, weekly: true, memory: 0.7 };
  const [known, unknown] = [simulation(of, { day: 'date' }), simulation(of)];
  assert.ok(holds(known.treated) && known.serialRatio > 1.4, JSON.stringify(known));
  assert.ok(unknown.treated.coverage < 0.9 && unknown.serialRatio === 1, JSON.stringify(unknown));
});

test('where days know nothing of each other nothing is widened, and a level of the last days costs nothing; what is left once rivals have answered holds too', () => {
  const { treated, answered, serialRatio } = simulation({ seed: 2 }, { day: 'date', recent: 14 });
  assert.ok(
    holds(treated) && holds(answered) && serialRatio < 1.05,
    JSON.stringify({ treated, answered, serialRatio }),
  );
});

test('a rival who follows three days later leaves as much of an elasticity as one who does at once, if days are known', () => {
  const of = { seed: 1, weekly: true, follows: 3 };
  const [known, unknown] = [simulation(of, { day: 'date' }), simulation(of)];
  assert.ok(holds(known.answered), JSON.stringify(known.answered));
  assert.ok(unknown.answered.bias < -0.1, JSON.stringify(unknown.answered));
});
