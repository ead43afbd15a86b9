import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts';
import { counted, deciles, psi, sturgesEdges } from './psi.ts';

interface Case {
  readonly name: string;
  readonly before: readonly number[];
  readonly now: readonly number[];
  readonly deciles: readonly number[];
  readonly psi: number;
  readonly wide: number;
  readonly distance: number;
  readonly kolmogorov: number;
}
// What numpy and scipy gave; `golden/make.py` wrote it.
const { cases } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'golden', 'drift.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};
const near = (found: number, wanted: number): void =>
  assert.ok(Math.abs(found - wanted) <= 1e-12 + 1e-9 * Math.abs(wanted), `${found} and ${wanted}`);

for (const { name, ...wanted } of cases) {
  const before = Float64Array.from(wanted.before).sort();
  const now = Float64Array.from(wanted.now).sort();

  test(`${name}: deciles and PSI are numpy's`, () => {
    const edges = deciles(before);
    assert.equal(edges.length, wanted.deciles.length);
    for (const [index, edge] of edges.entries()) near(edge, wanted.deciles[index] as number);
    near(psi(counted(before, edges), counted(now, edges)), wanted.psi);
  });

  test(`${name}: PSI over bins of one width is numpy's`, () => {
    const edges = sturgesEdges(before, now);
    near(psi(counted(before, edges), counted(now, edges)), wanted.wide);
  });

  test(`${name}: the distance and its probability are scipy's`, () => {
    const found = kolmogorovSmirnov(before, now);
    near(found.distance, wanted.distance);
    near(found.probability, wanted.kolmogorov);
  });
}

test('what has no rows has no figure', () => {
  assert.ok(Number.isNaN(psi([0, 0], [1, 2])));
  assert.ok(Number.isNaN(kolmogorovSmirnov([], [1]).distance));
  assert.equal(deciles([]).length, 0);
});
