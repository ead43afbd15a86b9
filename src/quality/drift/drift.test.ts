import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { counted, countedIn, deciles, psi, sturgesEdges, sturgesPsi } from './psi.ts';
import { shiftOf } from './shift.ts';

interface Case {
  readonly name: string;
  readonly before: readonly number[];
  readonly now: readonly number[];
  readonly deciles: readonly number[];
  readonly psi: number;
  readonly wide: number;
  readonly evidently: number;
  readonly distance: number;
  readonly p: number;
}
interface Many {
  readonly rows: number;
  readonly others: number;
  readonly shift: number;
  readonly distance: number;
  readonly p: number;
}
// What numpy, scipy and Evidently gave; `golden/make.py` wrote it.
const { cases, words, many } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, 'golden', 'drift.json'), 'utf8'),
) as {
  readonly cases: readonly Case[];
  readonly words: {
    readonly before: readonly string[];
    readonly now: readonly string[];
    readonly evidently: number;
  };
  readonly many: readonly Many[];
};
const near = (found: number, wanted: number, within = 1e-12): void =>
  assert.ok(Math.abs(found - wanted) <= within * Math.max(1, Math.abs(wanted)), `${found} and ${wanted}`);

for (const { name, ...wanted } of cases) {
  const before = Float64Array.from(wanted.before).sort();
  const now = Float64Array.from(wanted.now).sort();
  const values = Float64Array.from([...wanted.now, ...wanted.before]);
  const isNow = Uint8Array.from(values, (_, row) => (row < now.length ? 1 : 0));

  test(`${name}: deciles and PSI are numpy's`, () => {
    const edges = deciles(before);
    assert.equal(edges.length, wanted.deciles.length);
    for (const [index, edge] of edges.entries()) near(edge, wanted.deciles[index] as number);
    near(psi(counted(before, edges), counted(now, edges)), wanted.psi);
    near(shiftOf({ of: 'numbers', values }, isNow, 'psi').value, wanted.psi);
  });

  test(`${name}: PSI over bins of one width is numpy's and Evidently's`, () => {
    const edges = sturgesEdges(before, now);
    near(psi(counted(before, edges), counted(now, edges)), wanted.wide);
    near(sturgesPsi(before, now), wanted.evidently);
    near(shiftOf({ of: 'numbers', values }, isNow, 'sturges').value, wanted.evidently);
  });

  test(`${name}: the distance and its probability are scipy's`, () => {
    const found = shiftOf({ of: 'numbers', values }, isNow, 'ks');
    near(found.value, wanted.distance);
    const probability = found.probability?.() ?? Number.NaN;
    assert.ok(Math.abs(probability / wanted.p - 1) < 1e-9, `${probability} and ${wanted.p}`);
  });
}

for (const { rows, others, shift, ...wanted } of many)
  test(`of ${rows} rows and ${others} that are ${shift} away the probability is scipy's to a thousandth`, () => {
    const side = (length: number, by: number): Float64Array =>
      Float64Array.from({ length }, (_, row) => ((row * 7919) % 10007) / 10007 + by).sort();
    const found = kolmogorovSmirnov(side(rows, 0), side(others, shift));
    near(found.distance, wanted.distance);
    near(found.probability(), wanted.p, 1e-4);
  });

test('PSI of words is that of Evidently', () => {
  const all = [...words.before, ...words.now];
  const names = [...new Set(all)];
  const codes = Int32Array.from(all, (word) => names.indexOf(word));
  const isNow = Uint8Array.from(all, (_, row) => (row < words.before.length ? 0 : 1));
  near(shiftOf({ of: 'texts', codes, words: names }, isNow, 'sturges').value, words.evidently);
});

test('what is missing is a bin of its own by deciles, and left out by the others', () => {
  const values = Float64Array.from({ length: 200 }, (_, row) => row % 100);
  const isNow = Uint8Array.from(values, (_, row) => (row < 100 ? 0 : 1));
  const valid = Uint8Array.from(values, (_, row) => (row < 100 || row % 2 === 0 ? 1 : 0));
  const value = (by: 'psi' | 'sturges' | 'ks') => shiftOf({ of: 'numbers', values, valid }, isNow, by).value;
  assert.ok(value('psi') > 1);
  assert.ok(value('sturges') < 0.05);
  assert.ok(value('ks') <= 0.01 + 1e-12);
});

test('a value that many rows had is a bin of its own: what rises from it is seen as what falls', () => {
  const psiOf = (before: readonly number[], now: readonly number[]): number =>
    shiftOf(
      { of: 'numbers', values: Float64Array.from([...before, ...now]) },
      Uint8Array.from([...before.map(() => 0), ...now.map(() => 1)]),
      'psi',
    ).value;
  const all = (value: number, rows = 100): readonly number[] => Array.from({ length: rows }, () => value);
  for (const value of [10, -10, 0, 0.1, 1e300, -1e-300, 2 ** -1022]) {
    const [up, down] = [value + Math.max(1e-9, Math.abs(value)), value - Math.max(1e-9, Math.abs(value))];
    assert.equal(psiOf(all(value), all(value, 40)), 0, `${value}`);
    assert.ok(psiOf(all(value), all(up)) > 10, `${value} to ${up}`);
    near(psiOf(all(value), all(up)), psiOf(all(value), all(down)));
  }
  // Rivals who rarely move.
  const quiet = [...all(0, 95), ...all(-0.1, 3), ...all(0.1, 2)];
  assert.ok(psiOf(quiet, [...all(0, 94), ...all(-0.1, 3), ...all(0.1, 3)]) < 0.01);
  assert.ok(psiOf(quiet, [...all(0, 75), ...all(-0.1, 3), ...all(0.1, 22)]) > 0.2);
  const capped = Array.from({ length: 100 }, (_, row) => Math.min(row, 85));
  assert.ok(psiOf(capped, [...capped.slice(0, 90), ...all(99, 10)]) > 0.2);
});

test('rows that are alike have a PSI of 0 however many of them are infinite, and infinities that come are seen', () => {
  const rows = (each: (row: number) => number): readonly number[] => Array.from({ length: 100 }, (_, row) => each(row));
  const psiOf = (before: readonly number[], now: readonly number[]): number => {
    const isNow = Uint8Array.from([...before.map(() => 0), ...now.map(() => 1)]);
    return shiftOf({ of: 'numbers', values: Float64Array.from([...before, ...now]) }, isNow, 'psi').value;
  };
  for (const every of [2, 5, 9])
    for (const least of [0, 1, 10, 11, 20, 55, 100]) {
      const infinite = rows((row) => (row < least ? -Infinity : row % every === 0 ? Infinity : row));
      assert.equal(psiOf(infinite, infinite.toReversed()), 0, `${least} and one of ${every}`);
      assert.ok(![...deciles(Float64Array.from(infinite).sort())].some(Number.isNaN));
    }
  assert.ok(
    psiOf(
      rows((row) => (row < 80 ? row : Infinity)),
      rows((row) => (row < 40 ? row : Infinity)),
    ) > 0.2,
  );
});

test('values that repeat count once all of them are behind, wherever a side ends', () => {
  const shareUpTo = (values: readonly number[], value: number): number =>
    values.filter((one) => one <= value).length / values.length;
  const sides = [
    [1],
    [1, 1, 2],
    [1, 3],
    [0, 1, 1, 1],
    [2, 2],
    [1, 2, 2, 2, 3],
    [-Infinity, 1],
    [3, Infinity, Infinity],
  ];
  for (const before of sides)
    for (const now of sides) {
      const each = [...before, ...now].map((value) => Math.abs(shareUpTo(before, value) - shareUpTo(now, value)));
      near(kolmogorovSmirnov(before, now).distance, Math.max(...each));
    }
});

test('values in no order are counted as those in order are, whatever the edges', () => {
  const values = Float64Array.from({ length: 999 }, (_, row) =>
    row % 100 === 0 ? Infinity * (row % 200 === 0 ? 1 : -1) : Math.exp(((row * 7919) % 999) / 50) - 5,
  );
  const sorted = values.slice().sort();
  for (const edges of [
    [],
    [0],
    [7, 7],
    [-1, 0, 1e9],
    [-Infinity, 3],
    [2, Infinity],
    [-1e308, 1e308],
    [...deciles(sorted)],
    [...values.filter(Number.isFinite)].sort((one, other) => one - other),
  ]) {
    const bins = new Float64Array(edges);
    assert.deepEqual([...countedIn(values, bins)], [...counted(sorted, bins)], `${edges.slice(0, 9)}`);
  }
});

test('a probability that no number is small enough for is 0, and one that is just above it is found', () => {
  const apart = (rows: number, by: number): number =>
    kolmogorovSmirnov(
      Float64Array.from({ length: rows }, (_, row) => row),
      Float64Array.from({ length: rows }, (_, row) => row + by),
    ).probability();
  assert.equal(apart(1000, 900), 0);
  // scipy: 6.7e-320.
  const least = apart(1000, 800);
  assert.ok(least > 0 && least < 1e-318, `${least}`);
});

test('what has no rows has no figure', () => {
  assert.ok(Number.isNaN(psi([0, 0], [1, 2])));
  assert.ok(Number.isNaN(kolmogorovSmirnov([], [1]).distance));
  assert.ok(Number.isNaN(sturgesPsi(new Float64Array(), new Float64Array(1))));
  assert.equal(deciles([]).length, 0);
  const none = shiftOf({ of: 'numbers', values: new Float64Array(3) }, Uint8Array.of(1, 1, 1), 'psi');
  assert.ok(Number.isNaN(none.value));
});
