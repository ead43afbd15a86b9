import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sameText } from './says.ts';

test('an instant is the same however it is spelled, a day among them', () => {
  const format = 'timestamp with time zone';
  const midnight = sameText(format, '2024-01-01T00:00:00Z');
  for (const text of [
    '2024-01-01',
    '2024-01-01 00:00:00+00',
    '2024-01-01T02:30:00.000+02:30',
    '2023-12-31 19:00:00-05',
  ])
    assert.equal(sameText(format, text), midnight, text);
  assert.notEqual(sameText(format, '2024-01-02'), midnight);
  assert.equal(sameText(format, 'infinity'), 'infinity');
});
