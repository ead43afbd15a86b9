import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Vector } from '../../columns/index.ts';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { type Profile, profileDistance, profilePsi, profilesOf } from './profile.ts';
import { counted, deciles, psi } from './psi.ts';

const numbers = (rows: number, shift: number): Float64Array =>
  Float64Array.from({ length: rows }, (_, row) => Math.sin(row * 1.7) * 50 + ((row * 37) % 100) + shift);
const profiled = (column: Vector): Profile => profilesOf({ column })['column'] as Profile;
const countsOf = (values: Float64Array, edges: readonly number[]): number[] => [
  ...counted(values.toSorted(), Float64Array.from(edges)),
];

test('a profile gives the PSI that all its rows give, and the distance to a hundredth', () => {
  const before = numbers(5000, 0);
  const profile = profiled({ of: 'numbers', values: before });
  assert.ok(profile.of === 'numbers');
  for (const shift of [0, 5, 60]) {
    const now = numbers(3000, shift);
    const edges = deciles(before.toSorted());
    const wanted = psi(counted(before.toSorted(), edges), counted(now.toSorted(), edges));
    const counts = countsOf(now, profile.deciles.edges);
    assert.equal(profilePsi(profile, { missing: 0, counts }), wanted);
    const { distance } = kolmogorovSmirnov(before.toSorted(), now.toSorted());
    const found = profileDistance(profile.percentiles, countsOf(now, profile.percentiles.edges));
    assert.ok(found <= distance + 1e-12 && distance - found < 0.01, `${found} and ${distance}`);
  }
  assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile, 'it is kept as JSON');
});

test('beside a profile, too, what rises from a value that many rows had is seen', () => {
  const profile = profiled({ of: 'numbers', values: new Float64Array(200).fill(7) });
  assert.ok(profile.of === 'numbers');
  const { deciles: tenths, percentiles: hundredths } = profile;
  for (const [value, index, distance] of [[7, 0, 0] as const, [7.5, 10, 1] as const, [6.5, 10, 1] as const]) {
    const now = new Float64Array(50).fill(value);
    const found = profilePsi(profile, { missing: 0, counts: countsOf(now, tenths.edges) });
    assert.ok(index === 0 ? found === 0 : found > index, `${value}: ${found}`);
    assert.equal(profileDistance(hundredths, countsOf(now, hundredths.edges)), distance);
  }
});

test('what is missing is a bin of its own as soon as one side has some', () => {
  const values = numbers(1000, 0);
  const whole = profiled({ of: 'numbers', values });
  const half = profiled({ of: 'numbers', values, valid: Uint8Array.from(values, (_, row) => row % 2) });
  assert.ok(whole.of === 'numbers' && half.of === 'numbers');
  assert.equal(half.missing, 500);
  const counts = countsOf(values, whole.deciles.edges);
  assert.equal(profilePsi(whole, { missing: 0, counts }), 0);
  assert.ok(profilePsi(whole, { missing: 1000, counts }) > 1);
  assert.ok(profilePsi(half, { missing: 0, counts: countsOf(values, half.deciles.edges) }) > 1);
});

test('words are compared by their shares, those that are new together, and those beyond a hundred too', () => {
  const words = ['básico', 'pro', "d'ouro"];
  const texts: Vector = { of: 'texts', codes: Int32Array.from({ length: 300 }, (_, row) => (row % 4) - 1), words };
  const profile = profiled(texts);
  assert.deepEqual(profile, { of: 'words', missing: 75, rest: 0, words: { básico: 75, pro: 75, "d'ouro": 75 } });
  const same = new Map(words.map((word) => [word, 10]));
  assert.equal(profilePsi(profile, { missing: 10, words: same }), 0);
  assert.ok(profilePsi(profile, { missing: 10, words: new Map([...same, ['new', 30]]) }) > 0.2);
  const many: Vector = {
    of: 'texts',
    codes: Int32Array.from({ length: 150 }, (_, row) => row),
    words: Array.from({ length: 150 }, (_, row) => `w${row}`),
  };
  const long = profiled(many);
  assert.ok(long.of === 'words' && long.rest === 50);
  assert.equal(profilePsi(long, { missing: 0, words: new Map(many.words.map((word) => [word, 3])) }), 0);
});

test('booleans are two words', () => {
  const of: Vector = { of: 'booleans', values: Uint8Array.of(1, 0, 1, 1), valid: Uint8Array.of(1, 1, 1, 0) };
  assert.deepEqual(profiled(of), { of: 'words', missing: 1, rest: 0, words: { true: 2, false: 1 } });
});

test('what has no rows has no figure', () => {
  const none = profiled({ of: 'numbers', values: new Float64Array() });
  assert.ok(none.of === 'numbers');
  assert.ok(Number.isNaN(profilePsi(none, { missing: 0, counts: [3] })));
  assert.ok(Number.isNaN(profileDistance(none.percentiles, [3])));
});
