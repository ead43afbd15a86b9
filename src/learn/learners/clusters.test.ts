import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { clusters } from './clusters.ts';
import { numbered } from './identity.ts';
import type { Learned } from './learned.ts';

const random = new Random(5);
const noise = (): number => random.next() + random.next() + random.next() - 1.5;
/** People around some centres, on scales 1 : 10,000; the text goes with the group. */
function people(centres: readonly (readonly [number, number])[], each = 300) {
  const rows = centres.flatMap((centre, group) =>
    Array.from({ length: each }, () => ({
      minutes: (centre[0] + noise()) * 10_000,
      days: centre[1] + noise(),
      plan: group === 0 ? 'pro' : 'basic',
    })),
  );
  const words = ['basic', 'pro'];
  return {
    minutes: { of: 'numbers', values: Float64Array.from(rows, (row) => row.minutes) },
    days: { of: 'numbers', values: Float64Array.from(rows, (row) => row.days) },
    plan: { of: 'texts', words, codes: Int32Array.from(rows, (row) => words.indexOf(row.plan)) },
  } as const;
}
const three = [
  [0, 0],
  [3, 0],
  [0, 3],
] as const;
const features = [{ name: 'minutes' }, { name: 'days' }];
const lesson = { features, columns: people(three), options: { clusters: 3 } };
const formerOf = (learned: Learned) => ({ former: learned.parameters });

test('clusters are counted from 1, the largest first, and say where their centres are in the units of the features', () => {
  const found = clusters({ ...lesson, columns: people([...three, [3, 0]]) });
  assert.deepEqual(
    found.inside.map(({ centroid_id, was, row_count }) => [centroid_id, was, Number(row_count) > 0]),
    [1, 2, 3].map((number) => [number, null, true]),
  );
  const [largest] = found.inside;
  assert.ok(Math.abs(Number(largest?.minutes) - 30_000) < 2000 && Math.abs(Number(largest?.days)) < 0.2);
  assert.equal(found.rows, 1200);
});

test('of twenty seeds on the same rows none moves anybody', () => {
  const champion = clusters(lesson);
  for (let seed = 1; seed <= 20; seed += 1) {
    const next = clusters({ ...lesson, options: { clusters: 3, seed }, ...formerOf(champion) });
    assert.deepEqual(next.moved, { rows: [], fresh: [], gone: [] }, `seed ${seed}`);
    assert.equal(next.measures.moved_share, 0);
    assert.deepEqual(next.champion?.inertia, next.measures.inertia);
  }
});

test('clusters that move a little keep their numbers, whatever their sizes; rows that change are counted', () => {
  const champion = clusters(lesson);
  const columns = people([
    [0.3, 0.1],
    [3.2, 0.3],
    [0.2, 3.3],
    [0.2, 3.3],
  ]);
  const next = clusters({ ...lesson, columns, options: { clusters: 3, seed: 9 }, ...formerOf(champion) });
  const places = (of: Learned) =>
    new Map(of.inside.map((row) => [row.centroid_id, `${Math.round(Number(row.minutes) / 30_000)}`]));
  assert.deepEqual(places(next), places(champion));
  const moved = next.moved?.rows.reduce((sum, { rows }) => sum + rows, 0) ?? 0;
  assert.equal(next.measures.moved_share, moved / next.rows);
});

test('a segment that was not there has a number that nobody had, and the one that is gone is named', () => {
  const champion = clusters(lesson);
  const columns = people([
    [0, 0],
    [3, 0],
    [9, 9],
  ]);
  const next = clusters({ ...lesson, columns, ...formerOf(champion) });
  assert.deepEqual(next.moved?.fresh, [4]);
  assert.equal(next.moved?.gone.length, 1);
  const again = clusters({ ...lesson, columns, options: { clusters: 3, seed: 3 }, ...formerOf(next) });
  assert.deepEqual(again.moved, { rows: [], fresh: [], gone: [] });
});

test('without standardising the large feature decides alone', () => {
  const columns = people([
    [0, 0],
    [0, 3],
  ]);
  const share = (found: Learned): number => Math.max(...found.inside.map(({ row_count }) => Number(row_count))) / 600;
  const days = (found: Learned): readonly number[] => found.inside.map((row) => Number(row.days)).sort();
  const right = clusters({ ...lesson, columns, options: { clusters: 2 } });
  const wrong = clusters({ ...lesson, columns, options: { clusters: 2, standardise: false } });
  assert.ok(Math.abs((days(right)[1] as number) - (days(right)[0] as number)) > 2.5, `${days(right)}`);
  assert.ok(Math.abs((days(wrong)[1] as number) - (days(wrong)[0] as number)) < 1, `${days(wrong)}`);
  assert.ok(share(right) < 0.55);
});

test('of a range the number of clusters with the best silhouette is taken', () => {
  const found = clusters({ ...lesson, options: { clusters: { from: 2, to: 6 } } });
  assert.equal(found.measures.clusters, 3);
  assert.ok(Number(found.measures.silhouette) > 0.6);
});

test('a text has a share of each word in a centre, which is called by the most frequent', () => {
  const found = clusters({ ...lesson, features: [...features, { name: 'plan' }] });
  const plans = found.inside.map((row) => [Math.round(Number(row.minutes) / 30_000), row.plan]);
  assert.ok(plans.some(([, plan]) => plan === 'pro') && plans.some(([, plan]) => plan === 'basic'));
});

test('a champion with other features is not compared with', () => {
  const champion = clusters(lesson);
  const next = clusters({ ...lesson, features: [{ name: 'minutes' }], ...formerOf(champion) });
  assert.equal(next.champion, undefined);
  assert.equal(next.moved, undefined);
  // Who moves is not known, and no segment is called by the number of another.
  assert.deepEqual([next.incomparable, next.measures.moved_share], ['it learned from other columns', Number.NaN]);
  assert.deepEqual(
    next.inside.map(({ centroid_id }) => centroid_id),
    [4, 5, 6],
  );
});

test('a centre goes on with a former one only when it is nearer to it than half way to its nearest neighbour', () => {
  const before = Float64Array.of(0, 10, 20);
  const at = (centres: readonly number[]) =>
    numbered(Float64Array.from(centres), before, { columns: 1, former: [4, 2, 7] });
  assert.deepEqual(at([20.5, 0.1, 9]), { numbers: [7, 4, 2], was: [7, 4, 2], gone: [] });
  assert.deepEqual(at([0, 10, 25.1]), { numbers: [4, 2, 8], was: [4, 2, null], gone: [7] });
  assert.deepEqual(at([0, 4.9, 10, 20]).was, [4, null, 2, 7]);
  assert.deepEqual(at([19]), { numbers: [7], was: [7], gone: [4, 2] });
});
