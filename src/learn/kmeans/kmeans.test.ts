import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, golden, matrixOfRows } from '../golden.ts';
import { matrixOf, scaleOf, standardised } from '../matrix.ts';
import { assigned, kmeans } from './kmeans.ts';
import { lloyd } from './lloyd.ts';
import { silhouette } from './silhouette.ts';

const given = golden('kmeans');
const rows = matrixOfRows(given.rows);
const scale = scaleOf(rows);
const usual = { iterations: 300, tolerance: 1e-4 };

test("means and deviations are scikit-learn's, a constant column included", () => {
  assert.ok(apart(scale.means, given.means) < 1e-13);
  assert.ok(apart(scale.deviations, given.deviations) < 1e-13);
});

for (const [what, wanted] of [
  ['centres, labels, inertia and iterations', given.near],
  ['a cluster that nobody is near takes the farthest row', given.emptied],
]) {
  test(`from one start as scikit-learn: ${what}`, () => {
    const found = lloyd(standardised(rows, scale), Float64Array.from(wanted.start.flat()), usual);
    assert.deepEqual([...found.labels], wanted.labels);
    assert.ok(apart(found.centres, wanted.centres.flat()) < 1e-9, `${apart(found.centres, wanted.centres.flat())}`);
    assert.ok(apart([found.inertia], [wanted.inertia]) < 1e-12);
    assert.deepEqual([found.iterations, found.converged], [wanted.iterations, true]);
  });
}

test('of ten starts the best is as good as the best of two hundred of scikit-learn', () => {
  const found = kmeans(rows, { clusters: 5, restarts: 10, seed: 1 });
  assert.ok(found.inertia <= given.best * (1 + 1e-4), `${found.inertia} and ${given.best}`);
});

test('the same seed gives the same model to the last bit, another seed nearly as good a one', () => {
  const [one, same, other] = [3, 3, 4].map((seed) => kmeans(rows, { clusters: 5, seed }));
  assert.deepEqual(one, same);
  assert.ok(apart([other?.inertia ?? 0], [one?.inertia ?? 0]) < 1e-2);
  assert.notDeepEqual(other?.centres, one?.centres);
});

test('clusters are numbered by their size, and other rows are given to them', () => {
  const found = kmeans(rows, { clusters: 5 });
  assert.deepEqual(
    [...found.counts],
    [...found.counts].sort((one, another) => another - one),
  );
  const again = assigned(rows, found);
  assert.deepEqual([again.labels, again.inertia], [found.labels, found.inertia]);
});

test("the silhouette is scikit-learn's, of a sample near it", () => {
  const found = { ...kmeans(rows, { clusters: 5 }), labels: Int32Array.from(given.near.labels) };
  assert.ok(Math.abs(silhouette(rows, found) - given.near.silhouette) < 1e-13);
  assert.ok(Math.abs(silhouette(rows, found, { sample: 250 }) - given.near.silhouette) < 0.05);
});

test('a silhouette needs two clusters, and a row that is alone counts as 0', () => {
  const few = matrixOf([[0, 1, 9]]);
  const own = { clusters: 2, scale: { means: new Float64Array(1), deviations: Float64Array.of(1) } };
  assert.ok(Number.isNaN(silhouette(few, { ...own, labels: Int32Array.of(0, 0, 0) })));
  const wanted = ((9 - 1) / 9 + (8 - 1) / 8 + 0) / 3;
  assert.ok(Math.abs(silhouette(few, { ...own, labels: Int32Array.of(0, 0, 1) }) - wanted) < 1e-15);
});

test('fewer different rows than clusters, and numbers that are none, are refused', () => {
  const three = matrixOf([[1, 2, 3, 3, 3, 1]]);
  assert.equal(kmeans(three, { clusters: 3 }).inertia, 0);
  assert.throws(() => kmeans(three, { clusters: 4 }), /there are only 3 different rows, and 4 clusters are asked/);
  assert.throws(() => kmeans(three, { clusters: 0 }), RangeError);
  assert.throws(() => matrixOf([[1, Number.NaN]]), /column 0 has NaN in row 1/);
});

test('an aborted training stops with the reason of the signal', () => {
  const stop = new AbortController();
  const progress = (): void => stop.abort(new Error('cancelled'));
  assert.throws(() => kmeans(rows, { clusters: 5, signal: stop.signal, progress }), /cancelled/);
});
