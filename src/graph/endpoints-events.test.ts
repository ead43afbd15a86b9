import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import { endpoint, files, firstOf, logisticRegression, model, source, sql, table } from '../define/index.ts';
import { kafka } from '../define/kafka.ts';
import type { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const people = table('ml.people', {
  columns: { id: col.text().key(), age: col.real(), stays: col.boolean() },
  rows: sql`select 'a' as id, 1.0 as age, true as stays`,
});
const stays = model('ml.stays', { from: people, features: ['age'], target: 'stays', learner: logisticRegression() });
const columns = { id: col.text(), happened: col.timestamp() };

function sendTo(reader: Parameters<typeof source>[1]['reader']): void {
  const to = source('landing.shown', { reader, day: 'happened', columns });
  const risk = endpoint('risk', {
    ...{ path: '/risk', model: stays, request: { id: col.text() }, answer: { ok: col.boolean() } },
    handle: () => ({ ok: true }),
    events: { to, of: ({ id, at }) => ({ id, happened: at }) },
  });
  collect([{ catalog: 'shop', file: 'shop.ts', exports: { people, stays, to, risk } }], { suffix: '_invalidos' });
}

test('events go to topics, and to files of a day of which each process has its own', () => {
  for (const pattern of ['shown/{date}*.jsonl', 'shown/{date}/*.ndjson', '{date}-*.json']) sendTo(files(pattern));
  sendTo(kafka('shown'));
  // It is the topic that is written to: files of others may stand in for it.
  sendTo(firstOf(kafka('shown'), files('shown/{date}.jsonl')));
});

test('what several processes cannot write whole, or nobody reads by its day, is refused with what would do', () => {
  for (const pattern of [
    '{date}.jsonl',
    'shown/*.jsonl',
    '*/{date}.jsonl',
    'shown/{date}/**',
    '{date}*.csv',
    '{date}**.json',
  ])
    assert.throws(
      () => sendTo(files(pattern)),
      ({ code, details }: EsteiraError) =>
        code === 'DEFINITION_INVALID' &&
        details.got === `landing.shown, files ${pattern}` &&
        /match_events\/\{date\}\*\.jsonl/.test(details.allowed ?? ''),
      pattern,
    );
  assert.throws(() => sendTo(firstOf(files('{date}.jsonl'), kafka('shown'))), /cannot be written/);
});
