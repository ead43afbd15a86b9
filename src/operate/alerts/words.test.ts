import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueBeside, valueText } from './words.ts';

test('a figure that is rounded to its bound is said with as many digits as it takes to tell them apart', () => {
  assert.equal(valueText('drift', 2.003), '2');
  assert.equal(valueBeside('drift', 2.003, 2), '2.003');
  assert.equal(valueBeside('mape', 0.200004, 0.2), '20.0004 %');
  assert.equal(valueBeside('scalar', 3, 2), '3');
});

test('a figure that can be told from its bound, or is its bound, has three digits', () => {
  assert.equal(valueBeside('mape', 0.21234, 0.2), '21.2 %');
  assert.equal(valueBeside('drift', 0.1234, 0.1234), '0.123');
});
