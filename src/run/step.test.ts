import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFixed } from './step.ts';

const fixed = (lower: bigint, upper: bigint, first: bigint): bigint =>
  asFixed({ source: 'rows:a:t:0', lower, upper }, [{ source: 'rows:a:t:0', upper: first }]).upper;

test('a step that goes on reads up to where its first attempt would have, and never back', () => {
  assert.equal(fixed(2n, 9n, 5n), 5n);
  assert.equal(fixed(7n, 9n, 5n), 7n, 'a later run has read on');
});

test('what was made again begins again: its end, and the number that it is called by, may be smaller', () => {
  assert.equal(fixed(40n, 3n, 2n), 3n);
  assert.equal(fixed(40n, 90n, 60n), 60n);
});
