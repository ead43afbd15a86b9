import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { given, groups, rows, targets } from '../trees/golden-rows.ts';
import { enoughRequests, exposureGap, fairnessGap, segments } from './fairness.ts';
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

/** Requests of two candidates; `right`: the chosen one, of the group, stands first. */
function served(...parts: readonly { readonly group: string; readonly times: number; readonly right: boolean }[]) {
  const each = parts.flatMap(({ times, ...one }) => Array.from({ length: times }, () => one));
  return {
    judged: {
      scores: each.flatMap(({ right }) => (right ? [1, 2] : [2, 1])),
      grades: each.flatMap(() => [0, 1]),
      groups: new Int32Array(each.length).fill(2),
    },
    groupOf: each.flatMap(({ group }) => ['other', group]),
  };
}

test('the fairness gap is the largest distance of a group from all, by the group of the chosen', () => {
  const { judged, groupOf } = served(
    { group: 'a', times: 60, right: true },
    { group: 'b', times: 40, right: false },
    { group: 'c', times: 29, right: false },
  );
  const second = 1 / Math.log2(3);
  const all = (60 + 69 * second) / 129;
  const found = fairnessGap(judged, groupOf);
  near(found.gap, Math.max(1 - all, all - second));
  assert.deepEqual(
    found.groups.map(({ group, requests }) => [group, requests]),
    [
      ['a', 60],
      ['b', 40],
    ],
  );
  assert.equal(enoughRequests, 30);
  near(fairnessGap(judged, groupOf, { cut: 1 }).gap, 69 / 129);
  assert.equal(fairnessGap(judged, groupOf, { least: 100 }).gap, 0);
  assert.equal(fairnessGap(judged, groupOf, { least: 60 }).groups.length, 1, 'so many are enough');
  const nobody = fairnessGap(
    judged,
    groupOf.map((group) => (group === 'b' ? null : group)),
  );
  assert.deepEqual(
    nobody.groups.map(({ group }) => group),
    ['a'],
    'who is in no group counts for all only',
  );
});

test('the exposure gap is the largest distance of how much a group is seen, whatever was chosen', () => {
  const { judged, groupOf } = served({ group: 'a', times: 40, right: true }, { group: 'b', times: 20, right: true });
  const second = 1 / Math.log2(3);
  const found = exposureGap(judged, groupOf);
  // `other` stands second in all 60, `a` first in 40; `b` has too few.
  near(found.gap, (1 + second) / 2 - second);
  assert.deepEqual(
    found.groups.map(({ group, requests }) => [group, requests]),
    [
      ['a', 40],
      ['other', 60],
    ],
  );
  const alike = exposureGap({ ...judged, scores: new Float64Array(120) }, groupOf);
  near(alike.gap, 0);
});

test('segments have their own means', () => {
  const found = segments(Float64Array.of(1, 0, Number.NaN, 0.5, 1), ['x', 'x', 'x', 'y', null]);
  assert.deepEqual(found, [
    { segment: 'x', samples: 2, mean: 0.5 },
    { segment: 'y', samples: 1, mean: 0.5 },
  ]);
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
