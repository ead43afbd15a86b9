import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  type Endpoint,
  endpoint,
  files,
  firstOf,
  logisticRegression,
  model,
  source,
  sql,
  table,
} from '../define/index.ts';
import { kafka } from '../define/kafka.ts';
import type { EsteiraError } from '../errors.ts';
import { eventsTo } from './event-target.ts';
import type { Environment } from './project.ts';
import type { Variables } from './variables.ts';

const people = table('ml.people', {
  columns: { id: col.text().key(), age: col.real(), stays: col.boolean() },
  rows: sql`select 'a' as id, 1.0 as age, true as stays`,
});
const shown = source('landing.shown', {
  reader: firstOf(kafka('shown', { key: 'id' }), files('shown/{date}*.jsonl')),
  day: 'happened',
  columns: { id: col.text(), happened: col.timestamp() },
});
const risk: Endpoint = endpoint('risk', {
  path: '/risk',
  model: model('ml.stays', { from: people, features: ['age'], target: 'stays', learner: logisticRegression() }),
  ...{ request: { id: col.text() }, answer: { ok: col.boolean() } },
  handle: () => ({ ok: true }),
  events: { to: shown, of: ({ id, at }) => ({ id, happened: at }) },
});
const value = (of: string): string => (of.startsWith('env:') ? 'localhost:9092' : of);
const target = (environment: object) =>
  eventsTo(risk, {
    environment: environment as Environment,
    variables: { value, secret: value } as unknown as Variables,
    folder: '/project',
  });

test('events go where the environment reads their source: to the topic, or to the files that stand in for it', async () => {
  const topic = await target({});
  assert.deepEqual([topic?.to, topic?.to === 'topic' && topic.key], ['topic', 'id']);
  const standIns = { 'landing.*': files('{name}/{date}*.jsonl') };
  assert.deepEqual(await target({ standIns }), { to: 'files', pattern: 'shown/{date}*.jsonl', below: '' });
  assert.deepEqual(await target({ standIns, models: [{}] }), {
    ...{ to: 'files', pattern: 'shown/{date}*.jsonl' },
    below: 'endpoints/risk/events/',
  });
});

test('a stand-in that cannot be written is refused when the endpoint begins', async () => {
  await assert.rejects(
    target({ standIns: { 'landing.*': files('shown/{date}.jsonl') } }),
    ({ code, details }: EsteiraError) => code === 'CONFIG_INVALID' && details.got === 'files shown/{date}.jsonl',
  );
});
