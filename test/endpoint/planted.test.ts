import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evidenceP } from '../../src/quality/degradation/evidence.ts';
import { pairs } from '../../src/quality/degradation/pairs.ts';
import { lifeOf, seenAfter } from './planted.ts';

// A few of what `.ci/full rollback` counts over a hundred seeds.
const limit = { margin: 0.02, level: 0.05, least: 200 };
const planted = { before: 0.58, traffic: 40, days: 10, cycle: 0.1, drift: 0.005 };
const seeds = [1, 2, 3, 4, 5];

test('a version that is as good as those before is left in peace, whatever the hour, the weekend and the season', () => {
  for (const seed of seeds) assert.equal(seenAfter(lifeOf({ ...planted, seed, own: 0.58 }), limit), undefined);
});

test('one that is much worse is seen soon, one that is a little worse later', () => {
  for (const seed of seeds) {
    const [much = 0, little = 0] = [0.4, 0.5].map((own) => seenAfter(lifeOf({ ...planted, seed, own }), limit));
    assert.ok(much >= limit.least && much <= 700, `${much} samples`);
    assert.ok(little >= limit.least && little <= 4500, `${little} samples`);
  }
});

test('looked at after every sample it is first seen where it is found by halving', () => {
  const life = lifeOf({ ...planted, seed: 6, own: 0.45 });
  const { differences } = pairs(life.own, life.before);
  let first = limit.least;
  while (evidenceP(differences.subarray(0, first), limit.margin) > limit.level) first += 1;
  const looked = life.own[first - 1];
  const end = (Math.floor((looked?.at ?? 0) / 3_600_000) + 1) * 3_600_000;
  const samples = life.own.filter(({ at }) => at < end).length;
  assert.equal(pairs(life.own.slice(0, first), life.before).differences.length, first, 'each is compared');
  assert.equal(seenAfter(life, limit), samples);
});
