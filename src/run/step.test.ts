import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asFixed } from './step.ts';

const fixed = (lower: bigint, upper: bigint, first: bigint): bigint =>
  asFixed({ source: 'rows:a:t:0', lower, upper }, [{ source: 'rows:a:t:0', upper: first }]).upper;

test('a step that goes on reads up to where its first attempt would have, and never back', () => {
  assert.equal(fixed(2n, 9n, 5n), 5n);
  assert.equal(fixed(7n, 9n, 5n), 7n, 'a later run has read on');
  assert.equal(fixed(40n, 90n, 60n), 60n);
  assert.equal(fixed(40n, 50n, 60n), 50n, 'it ends before');
});

test('of a topic that was made again all is as it is found, be the number that it is called by smaller or larger', () => {
  const bounds = (topic: bigint, upper: bigint, lower: { topic?: bigint; rows?: bigint } = {}) => [
    { source: 'rows:a:t', ...(lower.topic ? { lower: lower.topic } : {}), upper: topic },
    { source: 'rows:a:t:0', ...(lower.rows ? { lower: lower.rows } : {}), upper },
  ];
  for (const known of [{ topic: 700n, rows: 40n }, {}])
    for (const [topic, upper] of [
      [900n, 50n],
      [500n, 50n],
      [900n, 3n],
      [500n, 90n],
    ] as const) {
      const found = bounds(topic, upper, known);
      const first = bounds(700n, 60n, known);
      assert.deepEqual(
        found.map((bound) => asFixed(bound, first, found)),
        found,
      );
    }
  const found = bounds(700n, 90n, { topic: 700n, rows: 40n });
  const uppers = found.map((bound) => asFixed(bound, bounds(700n, 60n), found).upper);
  assert.deepEqual(uppers, [700n, 60n], 'the same topic');
});
