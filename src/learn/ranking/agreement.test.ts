import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../random.ts';
import { overlap, rankCorrelation, sameFirst } from './agreement.ts';

const near = (found: number, right: number): void =>
  assert.ok(Math.abs(found - right) < 1e-12, `${found} and ${right}`);

test("the correlation of two orders is scipy's, ties included", () => {
  // scipy 1.17.1, scipy.stats.spearmanr
  near(rankCorrelation([3, 1, 2], [30, 10, 20]), 1);
  near(rankCorrelation([5, 4, 3, 2, 1], [1, 2, 3, 4, 5]), -1);
  near(rankCorrelation([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]), -0.5407380704358752);
  near(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 0.8207826816681233);
  near(rankCorrelation([1, 1, 1, 2], [4, 4, 2, 2]), -0.5773502691896257);
  near(rankCorrelation([0.1, 0.5, 0.5, 0.9, -1, 0.5], [2, 1, 1, 3, 0, 7]), 0.5852390484520126);
  assert.ok(Number.isNaN(rankCorrelation([1, 1, 1], [1, 2, 3])), 'who says the same of all has no order');
  assert.ok(Number.isNaN(rankCorrelation([], [])));
});

test('the first five of two scorings overlap by those that both have there, whatever their order', () => {
  const one = [9, 8, 7, 6, 5, 4, 3];
  near(overlap(one, [5, 6, 7, 8, 9, 1, 2], 5), 1);
  near(overlap(one, [1, 2, 3, 4, 5, 6, 7], 5), 3 / 5);
  near(overlap(one, [1, 2, 3, 9, 9, 9, 9], 3), 0);
  assert.ok(Number.isNaN(overlap([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], 5)), 'of five rows the first five are the same');
});

test('equal scores stay as their rows stand, as they are shown', () => {
  near(overlap([1, 1, 1, 1, 1, 1], [6, 5, 4, 3, 2, 1], 5), 1);
  near(overlap([1, 1, 1, 1, 1, 1], [1, 2, 3, 4, 5, 6], 5), 4 / 5);
  assert.ok(sameFirst([2, 2, 1], [3, 1, 2]));
  assert.ok(!sameFirst([2, 2, 1], [1, 3, 2]));
});

test('an overlap is what chance gives when two scorings know nothing of each other', () => {
  const random = new Random(3);
  const scores = () => Float64Array.from({ length: 20 }, () => random.next());
  let sum = 0;
  for (let request = 0; request < 4000; request += 1) sum += overlap(scores(), scores(), 5);
  assert.ok(Math.abs(sum / 4000 - 5 / 20) < 0.01, `${sum / 4000}`);
});
