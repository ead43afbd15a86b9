import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedLimit } from './about.ts';
import { missedText } from './verdict.ts';

const limit = (of: Partial<JudgedLimit>): JudgedLimit => ({
  ...{ measure: 'ndcg_at_5', sign: '>=', bound: 0.65, passed: false },
  members: [{ member: {}, value: 0.6123456789, passed: false }],
  ...of,
});
const text = (...limits: readonly JudgedLimit[]): string => missedText({ passed: false, limits });

test('what a gate refused is said with figure, limit, and where the limit comes from', () => {
  const setting = 'config.ltr.ltr_ndcg_min';
  assert.equal(text(limit({ setting })), 'ndcg_at_5 0.612346 is below 0.65 (config.ltr.ltr_ndcg_min)');
  assert.equal(
    text(limit({ sign: '<=', bound: 0.05 }), limit({ passed: true })),
    'ndcg_at_5 0.612346 is above 0.05 (the definition)',
  );
  const beside = { member: {}, value: 0.6, champion: 0.7, passed: false };
  assert.equal(
    text(limit({ sign: 'no worse', bound: 0.01, members: [beside] })),
    "ndcg_at_5 0.6 is worse than the champion's 0.7 by more than 0.01 (the definition)",
  );
  assert.equal(
    text(limit({ sign: 'no worse', bound: 0.01, members: [{ ...beside, compared: 12 }] })),
    "ndcg_at_5 0.6 is worse than the champion's 0.7 (both of 12 samples) by more than 0.01 (the definition)",
  );
});

test('what is not known, or not comparable, is said so', () => {
  const why = 'no group of gender has 30 requests';
  assert.equal(
    text(limit({ members: [{ member: {}, why, passed: false }] }), limit({ members: [{ member: {}, passed: false }] })),
    `ndcg_at_5 is not known (${why}): the limit is 0.65 (the definition); ndcg_at_5 is not known: the limit is 0.65 (the definition)`,
  );
  assert.match(text(limit({ sign: 'no worse' })), /cannot be compared with the champion/);
  assert.equal(text(limit({ members: [] })), 'ndcg_at_5 was judged of nothing');
});

test('of a family the members are named that did not pass, the first of many', () => {
  const members = Array.from({ length: 8 }, (_, at) => ({ member: { uf: at }, value: at, passed: at < 1 }));
  assert.match(text(limit({ members })), /^uf 1: ndcg_at_5 1 is below .*; uf 6: [^;]*; 1 more$/);
});
