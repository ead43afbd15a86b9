import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { given, groups, rows, targets } from '../trees/golden-rows.ts';
import { exposures, largestGap } from './fairness.ts';
import { hits } from './hit.ts';
import { meanOf, ndcg } from './ndcg.ts';
import { type Judged, requestsOf } from './requests.ts';
import { splitByRequest, splitByTime } from './split.ts';

const near = (found: number | undefined, right: number): void =>
  assert.ok(Math.abs((found ?? Number.NaN) - right) < 1e-12, `${found} and ${right}`);

test("nDCG is scikit-learn's for the gains 2^grade − 1, request by request", () => {
  const scores = Float64Array.from({ length: rows }, (_, row) => ((row * 7919) % 1009) / 8);
  for (const cut of [1, 3, 5]) {
    const found = ndcg({ scores, grades: targets.lambdarank, groups }, cut, 'as they stand');
    const wanted: readonly number[] = given.measures.ndcg[cut];
    assert.equal(found.length, wanted.length);
    for (const [request, value] of wanted.entries()) near(found[request], value);
  }
});

/** The mean over all orders in which equal scores can stand, by trying them. */
function tried({ scores, grades, groups: counts }: Judged, of: (judged: Judged) => Float64Array): number {
  const random = new Random(5);
  let sum = 0;
  const times = 20_000;
  for (let time = 0; time < times; time += 1) {
    const moved = Float64Array.from(scores, (score) => (score as number) + random.next() * 1e-9);
    sum += of({ scores: moved, grades, groups: counts })[0] as number;
  }
  return sum / times;
}
const tied = { scores: [3, 2, 2, 2, 1, 1, 0], grades: [0, 0, 2, 1, 0, 1, 0], groups: Int32Array.of(7) };

test('of equal scores every order counts alike', () => {
  for (const cut of [1, 2, 3, 5, 9]) {
    assert.ok(Math.abs((ndcg(tied, cut)[0] as number) - tried(tied, (one) => ndcg(one, cut))) < 0.01, `nDCG@${cut}`);
    assert.ok(Math.abs((hits(tied, cut)[0] as number) - tried(tied, (one) => hits(one, cut))) < 0.01, `Hit@${cut}`);
  }
  const same = { scores: [1, 1, 1, 1], grades: [1, 0, 0, 0], groups: Int32Array.of(4) };
  near(hits(same, 1)[0], 0.25);
  assert.ok((ndcg(same, 4)[0] as number) < 0.7, 'a model that says the same of all gains nothing by what stands first');
  near(ndcg(same, 4, 'as they stand')[0], 1);
});

test('a request of which nothing was chosen tells nothing', () => {
  const some = { scores: [2, 1, 2, 1, 1], grades: [1, 0, 0, 0, 1], groups: Int32Array.of(2, 2, 1) };
  assert.deepEqual([...ndcg(some, 1)], [1, Number.NaN, 1]);
  assert.deepEqual([...hits(some, 1)], [1, Number.NaN, 1]);
  assert.deepEqual(meanOf(ndcg(some, 1)), { mean: 1, samples: 2 });
  assert.ok(Number.isNaN(meanOf(new Float64Array(0)).mean));
  assert.deepEqual([...hits({ scores: [3, 2, 1], grades: [0, 0, 1], groups: Int32Array.of(3) }, 2)], [0]);
  assert.throws(() => ndcg({ ...some, grades: [1, 0, 0, -1, 1] }, 1), /whole number from 0 to 30, not -1/);
});

test('the largest gap is of groups that have enough samples, and not known without any, nor where one of them has no figure', () => {
  const groups = [
    { samples: 30, figure: 0.7 },
    { samples: 29, figure: 0.1 },
    { samples: 90, figure: 0.55 },
  ];
  near(largestGap(0.6, groups, 30), 0.7 - 0.6);
  near(largestGap(0.6, groups, 31), 0.6 - 0.55);
  near(largestGap(0.6, groups, 29), 0.6 - 0.1);
  assert.equal(largestGap(0.6, groups, 91), undefined);
  const unknown = { samples: 90, figure: Number.NaN };
  assert.equal(largestGap(0.6, [...groups, unknown], 30), undefined, 'one of enough samples has no figure');
  near(largestGap(0.6, [...groups, { ...unknown, samples: 29 }], 30), 0.7 - 0.6);
});

test('candidates with equal scores are seen alike, and a group that is nowhere shown has no exposure', () => {
  const groupOf = (row: number): string | null => ['a', 'b', null, 'a'][row] ?? null;
  const second = 1 / Math.log2(3);
  const { all, groups: found } = exposures({ scores: [2, 1, 5, 5], groups: Int32Array.of(2, 2) }, groupOf);
  near(all, (1 + second) / 2);
  near(found.get('a')?.figure, (1 + (1 + second) / 2) / 2);
  near(found.get('b')?.figure, second);
  assert.deepEqual([found.size, found.get('a')?.samples, found.get('b')?.samples], [2, 2, 1]);
});

test('two hundred thousand requests are judged', () => {
  const many = new Int32Array(200_000).fill(1);
  const rows = new Float64Array(200_000).fill(1);
  assert.equal(meanOf(ndcg({ scores: rows, grades: rows, groups: many }, 5)).samples, 200_000);
  near(exposures({ scores: rows, groups: many }, () => null).all, 1);
});

test('rows are brought together by request', () => {
  const found = requestsOf(['q', 'p', 'q', 'r', 'p']);
  assert.deepEqual(
    [[...found.order], [...found.groups], [...found.firsts]],
    [
      [0, 2, 1, 4, 3],
      [2, 2, 1],
      [0, 1, 3],
    ],
  );
});

test('no request is on both sides of a split, and it stays on its side', () => {
  const keys = Array.from({ length: 4000 }, (_, row) => `request-${row >> 1}`);
  const { train, judge } = splitByRequest(keys, { share: 0.2 });
  assert.equal(train.length + judge.length, 4000);
  const sides = (rowsOf: Int32Array): Set<string | undefined> => new Set(Array.from(rowsOf, (row) => keys[row]));
  assert.ok(sides(train).isDisjointFrom(sides(judge)));
  assert.ok(Math.abs(judge.length / 4000 - 0.2) < 0.03, `${judge.length}`);
  const fewer = splitByRequest(keys.slice(2000), { share: 0.2 });
  assert.ok(sides(Int32Array.from(fewer.judge, (row) => row + 2000)).isSubsetOf(sides(judge)));
  assert.notDeepEqual(splitByRequest(keys, { share: 0.2, seed: 1 }).judge, judge);
});

test('a split by time takes a request as old as its first row', () => {
  const found = splitByTime([1n, 1n, 2n, 3n, 3n], [5, 12, 9, 10, 11], { from: 10 });
  assert.deepEqual(
    [[...found.train], [...found.judge]],
    [
      [0, 1, 2],
      [3, 4],
    ],
  );
});
