import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import {
  closedEvents,
  closedLeads,
  closedUsers,
  eventsSemScore,
  leadFeatures,
  usersSemScore,
} from '../definitions/2-dados.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const created_at = at('2026-09-01T00:00:00Z');
const user = (id: string, source: string | null = 'ads') => ({ id, created_at, country: 'PT', source });
let events = 0;
const event = (user_id: string, kind: string, occurred_at: string) => {
  events += 1;
  return { id: `e${events}`, user_id, kind, occurred_at: at(occurred_at) };
};

test('events are counted by kind and by day, up to the day of the run', async () => {
  const { rows } = await given(usersSemScore, [user('ana')])
    .given(eventsSemScore, [
      event('ana', 'page_view', '2026-09-28T10:00:00Z'),
      event('ana', 'page_view', '2026-09-28T23:59:59Z'),
      event('ana', 'demo_request', '2026-09-20T10:00:00Z'),
      event('ana', 'email_opened', '2026-09-20T11:00:00Z'),
      event('ana', 'something_else', '2026-09-25T11:00:00Z'),
      event('bia', 'page_view', '2026-09-25T11:00:00Z'),
    ])
    .on('2026-09-30')
    .build(leadFeatures);
  assert.deepEqual(rows, [
    { id: 'ana', page_views: 2, demo_requests: 1, emails_opened: 1, days_active: 3, days_since_last: 2, source: 'ads' },
  ]);
});

test('a run that is carried out late counts what its date knew, and leaves who came later to the next', async () => {
  const late = { ...user('bia'), created_at: at('2026-10-01T00:00:00Z') };
  const { rows, invalid } = await given(usersSemScore, [user('ana'), late])
    .given(eventsSemScore, [
      event('ana', 'page_view', '2026-09-30T23:59:59Z'),
      event('ana', 'page_view', '2026-10-01T00:00:00Z'),
      event('bia', 'page_view', '2026-10-01T00:00:00Z'),
    ])
    .on('2026-09-30')
    .build(leadFeatures);
  assert.deepEqual(
    rows.map(({ id, page_views, days_since_last }) => [id, page_views, days_since_last]),
    [['ana', 1, 0]],
  );
  assert.deepEqual(invalid, []);
});

test('whoever was never seen has zeros and no last day, and is scored; a source that no model knows is set aside by the name of its rule', async () => {
  const { rows, invalid, account } = await given(usersSemScore, [user('ana', null), user('bia', 'billboard')])
    .given(eventsSemScore, [])
    .on('2026-09-30')
    .build(leadFeatures);
  const nothing = { page_views: 0, demo_requests: 0, emails_opened: 0, days_active: 0, days_since_last: null };
  assert.deepEqual(rows, [{ id: 'ana', ...nothing, source: 'unknown' }]);
  assert.deepEqual(account, { in: 2, valid: 1, invalid: 1, duplicates: 0 });
  assert.deepEqual([invalid[0]?.id, invalid[0]?.['source_one_of']], ['bia', false]);
});

test('of a closed lead only what was seen before it was closed is learned from', async () => {
  const closed = { ...user('ana'), closed_at: at('2026-09-15T00:00:00Z'), converted: true };
  const { rows } = await given(closedUsers, [closed])
    .given(closedEvents, [
      event('ana', 'page_view', '2026-09-14T23:59:00Z'),
      event('ana', 'page_view', '2026-09-15T00:00:00Z'),
      event('ana', 'demo_request', '2026-09-16T10:00:00Z'),
    ])
    .on('2026-09-30')
    .build(closedLeads);
  const [{ page_views, demo_requests, days_since_last, converted } = {}] = rows;
  assert.deepEqual([page_views, demo_requests, days_since_last, converted], [1, 0, 1, true]);
});
