import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { certainly, evidenceP } from './evidence.ts';

interface Case {
  readonly name: string;
  readonly margin: number;
  readonly differences: readonly number[];
  readonly p: number;
}
// What fractions gave, without logarithms; `golden/make.py` wrote it.
const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', 'evidence.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};
const named = (name: string): Float64Array =>
  Float64Array.from(cases.find((one) => one.name === name)?.differences ?? []);

for (const { name, margin, differences, p } of cases)
  test(`${name}: the evidence is that of exact fractions`, () => {
    const found = evidenceP(Float64Array.from(differences), margin);
    assert.ok(Math.abs(found - p) <= 1e-9 * p, `${found} and ${p}`);
  });

test('what is worse by more is surer to be worse by less', () => {
  const differences = named('worse');
  const margins = [0, 0.02, 0.05, 0.1, 0.2, 0.5];
  const found = margins.map((margin) => evidenceP(differences, margin));
  assert.deepEqual(
    found,
    found.toSorted((one, other) => one - other),
  );
});

test('what was seen once stays seen, however well it goes on', () => {
  const worse = named('worse');
  const better = Float64Array.from([...worse, ...Array.from({ length: 500 }, () => -1)]);
  assert.ok(evidenceP(better, 0.02) <= evidenceP(worse, 0.02));
});

test('the greatest margin that is certain is above the limit just where the limit is broken', () => {
  for (const { differences: all } of cases)
    for (const margin of [0, 0.01, 0.02, 0.1, 0.3])
      for (const level of [0.5, 0.05, 0.001]) {
        const differences = Float64Array.from(all);
        const isBroken = evidenceP(differences, margin) <= level;
        assert.equal(certainly(differences, { level, margin }) > margin, isBroken);
      }
});

test('the greatest margin that is certain is the same whatever the limit is', () => {
  const differences = named('worse');
  const [one, other] = [0.001, 0.3].map((margin) => certainly(differences, { level: 0.05, margin }));
  assert.ok(Math.abs((one as number) - (other as number)) < 1e-6, `${one} and ${other}`);
  assert.equal(certainly(named('better'), { level: 0.05, margin: 0.02 }), 0);
});
