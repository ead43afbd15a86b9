import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dateIn, dayOf, hourBefore, spanCalled } from './span.ts';

const texts = ({ called, from, until }: ReturnType<typeof dayOf>) => [called, `${from}`, `${until}`];

test('an hour is the one that had ended, a day the whole of it, and both are found by what they are called', () => {
  const day = dayOf(Temporal.PlainDate.from('2026-03-04'));
  assert.deepEqual(texts(day), ['2026-03-04', '2026-03-04T00:00:00Z', '2026-03-05T00:00:00Z']);
  const hour = hourBefore(Temporal.Instant.from('2026-03-05T00:05:07Z'));
  assert.deepEqual(texts(hour), ['2026-03-04T23', '2026-03-04T23:00:00Z', '2026-03-05T00:00:00Z']);
  assert.deepEqual(texts(hourBefore(Temporal.Instant.from('2026-03-05T00:00:00Z'))), texts(hour));
  for (const span of [day, hour]) assert.deepEqual(texts(spanCalled(span.called)), texts(span));
  assert.equal(dateIn(hour).toString(), '2026-03-04');
});
