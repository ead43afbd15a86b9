import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, endpoint, files, kmeans, model, source, sql, table } from '../index.ts';
import { Answers } from './answers.ts';
import type { ModelUse, Parts, Predicted, Row } from './parts.ts';
import { Tally } from './tally.ts';

const people = table('gold.people', { columns: { id: col.text().key(), age: col.real() }, rows: sql`select 1` });
const clusters = model('gold.clusters', {
  from: people,
  features: ['age'],
  learner: kmeans({ clusters: 2, seed: 1 }),
});
const shown = source('landing.shown', { columns: { event_id: col.text().key() }, reader: files('shown/{date}.jsonl') });
let now = 0;
const rank = endpoint('rank', {
  path: '/api/rank',
  model: clusters,
  request: { ages: col.list(col.real()) },
  answer: { oldest: col.real() },
  handle({ request: { ages }, predict }) {
    const rows = ages.map((age) => ({ age }));
    const outputs = predict(rows) as unknown as Row[];
    now += 90;
    rows.sort((one, other) => other.age - one.age);
    const oldest = rows[0]?.age ?? 0;
    rows.length = 0;
    outputs.length = 0;
    return { oldest };
  },
  shadow: { share: 1 },
  events: { to: shown, of: ({ id }) => ({ event_id: id }) },
});
const use: ModelUse = {
  served: { version: '20280229_0215' },
  predict: (rows) => {
    now += 7;
    return rows.map(({ age }) => ({ cluster: age }));
  },
  end: () => {},
};

/** What the parts are told of one request; those that are named throw. */
function told(failing: readonly string[] = []) {
  const logged: Predicted[] = [];
  const offered: (Predicted & { readonly milliseconds: number })[] = [];
  const events: Row[] = [];
  const said: object[] = [];
  const refuse = (part: string): void => {
    if (failing.includes(part)) throw new Error(`${part} is broken`);
  };
  const common = { state: () => ({}), close: () => {} };
  const parts: Parts = {
    models: { ...common, start: async () => {}, begin: () => use, results: {}, reload: async () => ({}) },
    tables: {
      ...{ ...common, start: async () => {}, current: { lookup: {} }, missing: [] },
      ...{ setting: (of) => of as never, refresh: async () => {} },
    },
    log: {
      ...common,
      add: (one) => {
        refuse('log');
        logged.push(one);
      },
    },
    shadow: {
      ...{ ...common, start: () => {}, look: async () => {} },
      offer: (one) => {
        refuse('shadow');
        offered.push(one);
      },
    },
    events: { ...common, send: (row) => void events.push(row) },
  };
  const clock = { now: () => Temporal.Instant.from('2028-02-29T12:00:00Z'), elapsed: () => now };
  const say = (line: object): void => void said.push(line);
  const answers = new Answers({ facts: rank.facts, parts, tally: new Tally(clock), clock, say });
  const answer = answers.answer({ id: 'r1', request: { ages: [30, 50, 40] }, use, lookup: {}, isShadowed: false });
  return { answer, logged, offered, events, said };
}

test('rows are told as they were predicted, whatever the handler does with its own lists afterwards', () => {
  const { answer, logged, offered } = told();
  assert.deepEqual(answer, { text: '{"oldest":50}', by: 'model', version: '20280229_0215' });
  for (const [one] of [logged, offered]) {
    assert.deepEqual(one?.rows, [{ age: 30 }, { age: 50 }, { age: 40 }]);
    assert.deepEqual(one?.outputs, [{ cluster: 30 }, { cluster: 50 }, { cluster: 40 }]);
  }
});

test('the other version is compared with how long the champion took to predict, without the rest of the handler', () => {
  assert.equal(told().offered[0]?.milliseconds, 7);
});

test('what one of log, shadow and events meets keeps nothing from the others', () => {
  const broken = told(['log', 'shadow']);
  assert.deepEqual(broken.events, [{ event_id: 'r1' }]);
  assert.deepEqual(
    broken.said.map((line) => (line as Row)['part']),
    ['log', 'shadow'],
  );
  assert.equal(told(['log']).offered.length, 1);
});
