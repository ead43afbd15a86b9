import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerOf, besideElasticity } from './answer.ts';
import { poolOf } from './pool.ts';

const none = { demand: undefined, reaction: undefined };
const elasticity = { value: -2, standardError: 0.2 };

test('what a rival leaves of an elasticity is as uncertain as all three together', () => {
  const rival = {
    demand: { value: 0.8, standardError: 0.3 },
    reaction: { value: 0.5, standardError: 0.1 },
    slope: -0.4,
  };
  const { answered } = answerOf(rival, elasticity, none) ?? { answered: undefined };
  assert.ok(answered && Math.abs(answered.value + 1.6) < 1e-12);
  const variance = ((1 - 0.5 * 0.4) * 0.2) ** 2 + (0.5 * 0.3) ** 2 + (0.8 * 0.1) ** 2;
  assert.ok(Math.abs(answered.standardError - Math.sqrt(variance)) < 1e-12);
});

test('an answer that would help, and a rival of whom nothing is known, leave it as it is', () => {
  const helping = { demand: { value: -1.2, standardError: 1 }, reaction: { value: 0.7, standardError: 0.1 }, slope: 0 };
  assert.deepEqual(answerOf(helping, elasticity, none)?.answered, elasticity);
  assert.equal(answerOf({ ...helping, reaction: undefined }, elasticity, none), undefined);
});

test('one strange estimate of a rival is drawn to those of all, and of a product without one it is as theirs are', () => {
  const demand = poolOf(Array.from({ length: 20 }, (_, at) => ({ value: 0.5 + (at % 5) / 50, standardError: 0.1 })));
  const reaction = poolOf(Array.from({ length: 20 }, (_, at) => ({ value: 0.7 + (at % 5) / 50, standardError: 0.05 })));
  const strange = { demand: { value: -1.2, standardError: 1 }, reaction: { value: 0.7, standardError: 0.1 }, slope: 0 };
  const found = answerOf(strange, elasticity, { demand, reaction });
  assert.ok(found && found.demand.value > 0.2 && found.answered.value > -1.9, JSON.stringify(found));
  const unknown = answerOf({ ...strange, demand: undefined }, elasticity, { demand, reaction });
  assert.equal(unknown?.demand.value, demand?.mean);
});

test('beside another elasticity a rival does what the same days leave to him', () => {
  const own = { value: -2.4, standardError: 0.3 };
  const found = besideElasticity({ value: 0.6, standardError: 0.25 }, { own, elasticity, slope: -0.5 });
  assert.ok(found && Math.abs(found.value - 0.4) < 1e-12);
  assert.ok(found && Math.abs(found.standardError - Math.sqrt(0.25 ** 2 - 0.15 ** 2)) < 1e-12);
  assert.equal(besideElasticity(undefined, { own, elasticity, slope: 0 }), undefined);
});
