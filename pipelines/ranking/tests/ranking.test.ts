import assert from 'node:assert/strict';
import { test } from 'node:test';
import { given } from 'esteira/testing';
import { lawyerHistory, lawyers, matchEvents, matches, shown } from '../definitions/2-dados.ts';
import { judged, trainingSet } from '../definitions/3-modelo.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const day = Temporal.PlainDate.from('2026-09-30');
const event = (event_id: string, more: object = {}) => ({
  ...{ event_id, occurred_at: at('2026-09-30T12:00:00Z'), case_id: `caso ${event_id}`, chosen: 'ana' },
  shown: ['ana', 'bia', 'rui'].map((lawyer_id, place) => ({ lawyer_id, position: place + 1 })),
  ...more,
});
const lawyer = (lawyer_id: string, as_of: string, more: object = {}) => ({
  ...{ lawyer_id, as_of: at(as_of), recorded_at: at('2026-09-30T23:30:00Z'), gender: 'f' },
  ...{ area_match: 0.5, distance_km: 3, success_rate: 0.7, reviews: 4, price: 300, ...more },
});
const candidate = (lawyer_id: string, occurred_at: string, more: object = {}) => ({
  ...{ day: at(occurred_at).toZonedDateTimeISO('UTC').toPlainDate(), event_id: 'm', lawyer_id },
  ...{ occurred_at: at(occurred_at), case_id: 'caso', position: 1, relevance: 0, ...more },
});

test('an event counts once, with what was said last; one whose choice was not shown, or is two, is set aside', async () => {
  const all = [
    event('a', { chosen: 'rui' }),
    event('a', { occurred_at: at('2026-09-30T12:00:01Z') }),
    event('b'),
    event('b'),
    event('c', { chosen: null }),
    event('d', { chosen: 'eva' }),
    event('e', { chosen: '["ana","bia"]' }),
  ];
  const { rows, invalid, account } = await given(matchEvents, all).on('2026-09-30').build(matches);
  assert.deepEqual(account, { in: 7, valid: 3, invalid: 2, duplicates: 2 });
  assert.deepEqual(
    rows.map(({ event_id, chosen }) => [event_id, chosen]),
    [
      ['a', 'ana'],
      ['b', 'ana'],
      ['c', null],
    ],
  );
  assert.ok(invalid.every(({ escolhido_mostrado }) => escolhido_mostrado === false));
});

test('a match that is chosen after midnight is one match, of the day on which it was shown, judged by what was known then', async () => {
  const shownAt = { occurred_at: at('2026-09-30T23:50:00Z'), shown: [{ lawyer_id: 'ana', position: 1 }] };
  const chosenAt = at('2026-10-01T00:10:00Z');
  const early = { occurred_at: at('2026-09-30T11:59:59Z'), chosen: 'bia', chosen_at: at('2026-09-30T12:20:00Z') };
  const events = given(matchEvents, [
    event('night', { ...shownAt, chosen: 'ana', chosen_at: chosenAt }),
    event('night', { ...shownAt, chosen: null }),
    // By the clock of the application it was shown a second before the endpoint says so.
    event('noon', early),
    event('noon', { chosen: null }),
    event('at once', { chosen: 'rui' }),
  ]).on('2026-09-30');
  const { rows, account } = await events.build(matches);
  assert.deepEqual(account, { in: 5, valid: 3, invalid: 0, duplicates: 2 });
  assert.deepEqual(
    rows.map((row) => [row.event_id, String(row.day), String(row.occurred_at), row.chosen, String(row.chosen_at)]),
    [
      ['at once', '2026-09-30', '2026-09-30T12:00:00Z', 'rui', '2026-09-30T12:00:00Z'],
      ['night', '2026-09-30', '2026-09-30T23:50:00Z', 'ana', '2026-10-01T00:10:00Z'],
      ['noon', '2026-09-30', '2026-09-30T11:59:59Z', 'bia', '2026-09-30T12:20:00Z'],
    ],
  );
  const { rows: learned } = await events
    .given(lawyerHistory, [
      lawyer('ana', '2026-09-30T00:00:00Z', { area_match: 0.1 }),
      lawyer('ana', '2026-09-30T23:55:00Z', { area_match: 0.9 }),
    ])
    .build(judged);
  assert.deepEqual(
    learned
      .filter(({ event_id }) => event_id === 'night')
      .map(({ lawyer_id, area_match, relevance }) => [lawyer_id, area_match, relevance]),
    [['ana', 0.1, 1]],
  );
});

test('each lawyer of a match is a row; the one who was chosen is the relevant one, a place that is none is set aside', async () => {
  const wrong = [
    { lawyer_id: 'ana', position: 1 },
    { lawyer_id: 'bia', position: 0 },
  ];
  const { rows, account } = await given(matches, [
    { ...event('a'), day },
    { ...event('b', { shown: wrong, chosen: null }), day },
  ]).build(shown);
  assert.deepEqual(account, { in: 5, valid: 4, invalid: 1, duplicates: 0 });
  assert.deepEqual(
    rows.map(({ event_id, lawyer_id, position, relevance }) => [event_id, lawyer_id, position, relevance]),
    [
      ['a', 'ana', 1, 1],
      ['a', 'bia', 2, 0],
      ['a', 'rui', 3, 0],
      ['b', 'ana', 1, 0],
    ],
  );
});

test('of features of one moment those that were recorded last count; a share that is none is set aside', async () => {
  const { rows, account } = await given(lawyers, [
    lawyer('ana', '2026-09-01T03:00:00Z', { area_match: 0.1 }),
    lawyer('ana', '2026-09-01T03:00:00Z', { area_match: 0.9, recorded_at: at('2026-10-02T23:30:00Z') }),
    lawyer('ana', '2026-09-20T03:00:00Z', { area_match: 0.4 }),
    lawyer('bia', '2026-09-01T03:00:00Z', { success_rate: 70 }),
  ]).build(lawyerHistory);
  assert.deepEqual(account, { in: 4, valid: 2, invalid: 1, duplicates: 1 });
  assert.deepEqual(
    rows.map(({ area_match }) => area_match),
    [0.9, 0.4],
  );
});

test('a lawyer is judged by what was known when the match was shown, not by what came after; who was not known, or long ago, is set aside', async () => {
  const { rows, invalid } = await given(shown, [
    candidate('ana', '2026-09-10T12:00:00Z', { event_id: 'a' }),
    candidate('ana', '2026-09-10T12:00:01Z', { event_id: 'b' }),
    candidate('ana', '2026-09-24T12:00:01Z', { event_id: 'c' }),
    candidate('ana', '2026-09-24T12:00:02Z', { event_id: 'd' }),
    candidate('bia', '2026-09-10T12:00:00Z'),
    candidate('eva', '2026-09-10T12:00:00Z'),
  ])
    .given(lawyerHistory, [
      lawyer('ana', '2026-09-09T12:00:00Z', { area_match: 0.1 }),
      lawyer('ana', '2026-09-10T12:00:01Z', { area_match: 0.2 }),
      lawyer('bia', '2026-09-10T12:00:01Z'),
    ])
    .build(judged);
  assert.deepEqual(
    rows.map(({ event_id, area_match }) => [event_id, area_match]),
    [
      ['a', 0.1],
      ['b', 0.2],
      ['c', 0.2],
    ],
  );
  assert.deepEqual(invalid.map(({ lawyer_id, area_match_present }) => [lawyer_id, area_match_present]).toSorted(), [
    ['ana', false],
    ['bia', false],
    ['eva', false],
  ]);
});

test('training sees the last ninety days', async () => {
  const { as_of: _, recorded_at: __, ...features } = lawyer('ana', '2026-09-30T00:00:00Z');
  const row = (date: string) => ({ ...features, ...candidate('ana', `${date}T12:00:00Z`, { event_id: date }) });
  const { rows } = await given(judged, ['2026-07-02', '2026-07-03', '2026-09-30', '2026-10-01'].map(row))
    .on('2026-09-30')
    .build(trainingSet);
  assert.deepEqual(
    rows.map(({ event_id }) => event_id),
    ['2026-07-03', '2026-09-30'],
  );
});
