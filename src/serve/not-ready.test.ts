import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col, endpoint, kmeans, model, sql, table } from '../index.ts';
import { Answers } from './answers.ts';
import type { ModelsPart, Parts } from './parts.ts';
import { Refusal } from './refusals.ts';
import { Tally } from './tally.ts';

const people = table('gold.people', { columns: { id: col.text().key(), age: col.real() }, rows: sql`select 1` });
const given = {
  model: model('gold.clusters', { from: people, features: ['age'], learner: kmeans({ clusters: 2, seed: 1 }) }),
  ...{ path: '/rank', request: { id: col.text() }, answer: { age: col.real() }, lookup: { people } },
};
const plain = endpoint('rank', {
  ...given,
  handle: ({ request, lookup }) => ({ age: lookup.people([request.id])[0]?.age ?? 0 }),
});
const withFallback = endpoint('rank', {
  ...given,
  handle: () => ({ age: 1 }),
  fallback: () => ({ age: 0 }),
});

/** What is answered where these are missing, or there is a version or none. */
function asked({
  facts = plain.facts,
  missing = [],
  version,
  unserved,
}: {
  readonly facts?: typeof plain.facts | typeof withFallback.facts;
  readonly missing?: readonly string[];
  readonly version?: string;
  readonly unserved?: NonNullable<ModelsPart['unserved']>;
}): {
  readonly code?: string;
  readonly status?: number;
  readonly message?: string;
  readonly next?: string | undefined;
  readonly fallbacks?: object;
} {
  const common = { state: () => ({}), close: () => {} };
  const use = { ...(version !== undefined && { served: { version } }), predict: () => [], end: () => {} };
  const parts: Parts = {
    models: {
      ...{ ...common, start: async () => {}, begin: () => use, results: {}, reload: async () => ({}) },
      ...(unserved && { unserved }),
    },
    tables: {
      ...{ ...common, start: async () => {}, current: { lookup: {} }, missing },
      ...{ setting: (of) => of as never, refresh: async () => {} },
    },
    log: { ...common, add: () => {} },
    ...{ events: undefined, shadow: undefined },
  };
  const clock = { now: () => Temporal.Instant.from('2028-02-29T12:00:00Z') };
  const tally = new Tally(clock, () => ({}));
  const answers = new Answers({ facts: facts as never, parts, tally, clock, say: () => {} });
  const lookup = {
    people: () => {
      throw new Error('people: nothing is published yet');
    },
  };
  try {
    const answer = answers.answer({ id: 'r1', request: { id: 'a' }, use, lookup, isShadowed: false });
    assert.equal((answer as { readonly by: string }).by, 'fallback');
    return { fallbacks: tally.day.fallbacks };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { message, next } = thrown.details;
    return { code: thrown.code, status: thrown.status, message, next };
  } finally {
    answers.close();
  }
}

test('before its tables are published an endpoint is not ready, and says what is missing and who brings it', () => {
  const refused = asked({ missing: ['people'], version: '1' });
  assert.deepEqual([refused.code, refused.status], ['NOT_READY', 503]);
  assert.match(String(refused.message), /: people\.$/);
  assert.match(String(refused.next), /esteira run .*esteira publish/);
  assert.equal(asked({ version: '1' }).code, 'ANSWER_FAILED', 'an error of a ready one is an error');
});

test('without a version the answer says whether there is none, or none that fits', () => {
  const unserved = { is: 'schema', why: 'it has a feature less', next: 'Train a version.' };
  const none = asked({});
  const unfit = asked({ unserved });
  assert.deepEqual([none.code, unfit.code], ['MODEL_MISSING', 'MODEL_MISSING']);
  assert.match(String(none.next), /esteira run/);
  assert.notEqual(none.message, unfit.message);
  const { facts } = withFallback;
  assert.deepEqual(asked({ facts }).fallbacks, { 'no model': 1, 'unfit model': 0, error: 0, deadline: 0 });
  assert.deepEqual(asked({ facts, unserved }).fallbacks, { 'no model': 0, 'unfit model': 1, error: 0, deadline: 0 });
});
