import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { matches } from '../definitions/2-dados.ts';
import { predicted } from '../definitions/4-servir.ts';
import { converteu, degradou, desordenou, negocio, outcomes, satisfez, signed } from '../definitions/5-negocio.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const day = Temporal.PlainDate.from('2026-09-01');
const [today, noon] = ['2026-10-02', at('2026-09-01T12:00:00Z')];

/** What a version has said of lawyers, in this order. */
const said = (request_id: string, lawyers: readonly string[], more: object = {}) =>
  lawyers.map((lawyer_id, place) => ({
    ...{ day, request_id, predicted_at: noon, case_id: `caso ${request_id}`, lawyer_id, rank: place + 1, share: 1 },
    ...{ model_version: 'v1', role: 'champion', score: 1 - place / 10 },
    ...{ area_match: 0.5, distance_km: 3, success_rate: 0.7, reviews: 4, price: 300 },
    ...more,
  }));
const match = (event_id: string, lawyers: readonly string[], more: object = {}) => ({
  ...{ day, event_id, occurred_at: noon, case_id: `caso ${event_id}`, chosen: null, chosen_at: null },
  shown: lawyers.map((lawyer_id, place) => ({ lawyer_id, position: place + 1 })),
  ...more,
});
const contract = (case_id: string, lawyer_id: string, signed_at: string) => ({
  ...{ case_id, lawyer_id, signed_at: at(signed_at), recorded_at: at(signed_at), satisfaction: 4 },
});
const five = ['ana', 'bia', 'rui', 'eva', 'leo'];

test('who is chosen though the version did not know him is a miss, not a request of which nothing is known', async () => {
  const { rows } = await given(predicted, [
    ...said('a', five),
    ...said('b', five),
    ...said('c', five),
    ...said('d', five),
  ])
    .given(matches, [
      match('a', five, { chosen: 'bia' }),
      match('b', [...five, 'ivo'], { chosen: 'ivo' }),
      match('c', five, { chosen: 'leo' }),
      match('d', five),
    ])
    .given(signed, [])
    .on(today)
    .build(outcomes);
  assert.deepEqual(
    rows.map(({ request_id, hit_at_3, ndcg_at_5 }) => [request_id, hit_at_3, ndcg_at_5]),
    [
      ['a', true, 1 / Math.log2(3)],
      ['b', false, 0],
      ['c', false, 1 / Math.log2(6)],
      ['d', null, null],
    ],
  );
});

test('a contract counts once: of the request in which that lawyer was chosen, else of the last that showed him before', async () => {
  const [later, afterwards] = [at('2026-09-01T18:00:00Z'), at('2026-09-09T12:00:00Z')];
  const of = (case_id: string, more: object = {}) => ({ case_id, ...more });
  const { rows } = await given(predicted, [
    ...said('one-chosen', five, of('one')),
    ...said('one-later', five, of('one', { predicted_at: later })),
    ...said('two-first', five, of('two')),
    ...said('two-last', five, of('two', { predicted_at: later })),
    ...said('two-without', ['bia', 'rui'], of('two', { predicted_at: later })),
    ...said('two-afterwards', five, of('two', { predicted_at: afterwards })),
    ...said('three-unknown', ['bia', 'rui'], of('three')),
    ...said('four-too-long-ago', five, of('four')),
  ])
    .given(matches, [
      match('one-chosen', five, of('one', { chosen: 'ana' })),
      match('one-later', five, of('one', { occurred_at: later, chosen: 'bia' })),
      match('two-first', five, of('two')),
      match('two-last', five, of('two', { occurred_at: later })),
      match('two-without', ['bia', 'rui'], of('two', { occurred_at: later })),
      match('two-afterwards', five, of('two', { occurred_at: afterwards })),
      match('three-unknown', ['bia', 'rui', 'ana'], of('three', { chosen: 'ana' })),
      match('four-too-long-ago', five, of('four', { chosen: 'ana' })),
    ])
    .given(signed, [
      ...['one', 'two', 'three'].map((name) => contract(name, 'ana', '2026-09-05T12:00:00Z')),
      contract('four', 'ana', '2026-10-01T12:00:00Z'),
    ])
    .on(today)
    .build(outcomes);
  assert.deepEqual(
    rows.filter((row) => row.signed).map(({ request_id, satisfaction }) => [request_id, satisfaction]),
    [
      ['one-chosen', 4],
      ['three-unknown', 4],
      ['two-last', 4],
    ],
  );
});

test('a request of a log that has one of four counts for four; what was signed is nothing that a shadow has done', async () => {
  const row = (request_id: string, more: object) => ({
    ...{ day, request_id, model_version: 'v1', role: 'champion', predicted_at: noon, share: 1 },
    ...{ hit_at_3: null, ndcg_at_5: null, signed: false, settled: true, satisfaction: null },
    ...more,
  });
  const seen = { hit_at_3: true, ndcg_at_5: 1, signed: true, satisfaction: 5 };
  const { rows } = await given(outcomes, [
    row('a', { ...seen, share: 0.25 }),
    row('b', { hit_at_3: false, ndcg_at_5: 0, satisfaction: 3 }),
    row('c', { settled: false }),
    row('a', { ...seen, model_version: 'v2', role: 'shadow', share: 0.25 }),
  ]).build(negocio);
  const [champion, shadow] = rows.toSorted((one, other) => one.role.localeCompare(other.role));
  assert.deepEqual(
    { ...champion },
    {
      ...{ model_version: 'v1', role: 'champion', requests: 6, chosen: 5, hit_at_3: 0.8, ndcg_at_5: 0.8 },
      ...{ contracts: 4, conversion: 0.8, satisfaction: 4.6 },
    },
  );
  assert.deepEqual(
    { ...shadow },
    {
      ...{ model_version: 'v2', role: 'shadow', requests: 4, chosen: 4, hit_at_3: 1, ndcg_at_5: 1 },
      ...{ contracts: null, conversion: null, satisfaction: null },
    },
  );
});

test('four figures of each version are watched; a row counts when nothing that is still to come can change it', () => {
  const hours = { hour: 1, hours: 1, day: 24, days: 24 };
  const hoursOf = (time: string): number => {
    const [many, unit] = time.split(' ');
    return Number(many) * hours[unit as keyof typeof hours];
  };
  const watched = [degradou, desordenou, converteu, satisfez].flatMap(({ expect: { measure } }) =>
    measure.measure === 'degradation' ? [{ column: measure.column, counts: hoursOf(measure.matures) }] : [],
  );
  assert.deepEqual(
    watched.map(({ column }) => column),
    ['hit_at_3', 'ndcg_at_5', 'signed', 'satisfaction'],
  );
  const [hit, ndcg, contract, satisfaction] = watched.map(({ counts }) => counts);
  // Half an hour to choose, and up to an hour until the job has taken it in; a month to sign, and a day.
  assert.ok(Math.min(hit ?? 0, ndcg ?? 0) > 1.5);
  assert.ok(Math.min(contract ?? 0, satisfaction ?? 0) >= 31 * 24);
});
