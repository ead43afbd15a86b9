import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../columns/index.ts';
import {
  type AnyModel,
  atLeast,
  atMost,
  kmeans,
  model,
  noWorse,
  samples,
  shadow,
  sql,
  table,
} from '../../define/index.ts';
import { missedText } from '../../registry/verdict.ts';
import type { Project } from '../project.ts';
import { type Judged, judge } from './gate.ts';

const people = table('silver.people', { columns: { id: col.text().key(), days: col.real() }, rows: sql`select 1` });
const gated = (gate: Parameters<typeof model>[1]['gate']): AnyModel =>
  model('ml.m', { from: people, features: ['days'], learner: kmeans({ clusters: 2 }), gate: gate as never });
/** A member with these figures; nothing of a setting is asked. */
const member = (of: Partial<Judged>): Judged => ({ member: {}, rows: 100, held: 0, measures: {}, ...of });
const given = { settings: {}, project: {} as Project };
const passes = (gate: Parameters<typeof gated>[0], ...members: readonly Judged[]): boolean =>
  judge(gated(gate), members, given).passed;

test('a limit holds for every member, or the gate does not let the version pass; so it is with no member at all', () => {
  const limit = [atLeast('silhouette', 0.3)];
  const [good, bad] = [member({ measures: { silhouette: 0.3 } }), member({ measures: { silhouette: 0.29 } })];
  assert.equal(passes(limit, good, good), true);
  assert.equal(passes(limit, good, bad), false);
  assert.equal(passes(limit), false);
  assert.equal(passes([atMost('moved_share', 0.1)], member({ measures: { moved_share: 0.1 } })), true);
});

test('a figure that is not known does not pass', () => {
  assert.equal(passes([atLeast('silhouette', -1)], member({})), false);
  assert.equal(passes([atMost('moved_share', 1)], member({ measures: { moved_share: Number.NaN } })), false);
});

test('a member of which nothing could be judged is refused by what is not known of it, and says why', () => {
  const unjudged = member({ member: { shop: 'south' }, unjudged: 'no row is kept to judge with', samples: 0 });
  const { passed, limits } = judge(gated([atLeast('silhouette', 0), atLeast(samples, 1)]), [unjudged], given);
  assert.equal(
    missedText({ passed, limits }),
    'shop south: silhouette is not known (no row is kept to judge with): the limit is 0 (the definition); ' +
      'shop south: samples 0 is below 1 (the definition)',
  );
});

test('no worse than the champion, by the direction of the measure; without a champion it holds, with one that cannot be compared it does not', () => {
  const beside = (inertia: number, champion?: number, more: object = {}) =>
    member({ measures: { inertia }, ...(champion === undefined ? {} : { champion: { inertia: champion } }), ...more });
  const limit = [noWorse('inertia', 5)];
  assert.equal(passes(limit, beside(105, 100)), true);
  assert.equal(passes(limit, beside(105.1, 100)), false);
  assert.equal(passes(limit, beside(1000)), true);
  const other = judge(gated(limit), [beside(1, undefined, { incomparable: 'it has learned of all' })], given);
  assert.equal(other.passed, false);
  assert.equal(missedText(other), 'inertia cannot be compared with the champion: it has learned of all');
  const unread = judge(gated(limit), [beside(1)], { ...given, isBroken: true });
  assert.equal(unread.passed, false);
  assert.equal(missedText(unread), 'inertia cannot be compared with the champion: its files cannot be read');
  // Of rows that the champion was made of the two are not compared, and every other limit goes by all.
  const apart = beside(90, 100, { beside: { inertia: 106 }, compared: 40 });
  assert.equal(passes(limit, apart), false);
  assert.equal(passes([atMost('inertia', 95)], apart), true);
  const { limits } = judge(gated([...limit, atMost('inertia', 95)]), [apart], given);
  assert.deepEqual(
    limits.map(({ members: [of] }) => [of?.value, of?.champion, of?.compared]),
    [
      [106, 100, 40],
      [90, undefined, undefined],
    ],
  );
  const errs = (mape: number, bias: number) =>
    member({ measures: { mape, wape: mape, bias }, champion: { mape: 0.2, wape: 0.2, bias: -0.1 } });
  for (const measure of ['mape', 'wape'] as const) {
    assert.equal(passes([noWorse(measure, 0.02)], errs(0.1, 0)), true);
    assert.equal(passes([noWorse(measure, 0.02)], errs(0.23, 0)), false);
  }
  assert.deepEqual(
    [-0.2, -0.1, 0.1, 0.2].map((bias) => passes([noWorse('bias', 0.02)], errs(0, bias))),
    [false, true, true, false],
  );
  const shape = (silhouette: number) => member({ measures: { silhouette }, champion: { silhouette: 0.5 } });
  assert.equal(passes([noWorse('silhouette', 0.1)], shape(0.4)), true);
  assert.equal(passes([noWorse('silhouette', 0.1)], shape(0.39)), false);
});

test('samples are the rows that were kept to judge with, requests where there are some, else all', () => {
  const limit = [atLeast(samples, 50)];
  assert.equal(passes(limit, member({ rows: 50 })), true);
  assert.equal(passes(limit, member({ rows: 500, held: 49 })), false);
  assert.equal(passes(limit, member({ rows: 500, held: 400, samples: 49 })), false);
});

test('what only a shadow shows is judged later: the other limits say whether it waits; without a champion there is nothing to be seen beside', () => {
  const gate = [
    atLeast('silhouette', 0.3),
    atMost(shadow('errors'), 0.01),
    atMost(shadow('latency_p95_ms', { requests: 50 }), '0.5 seconds'),
  ];
  const good = member({ measures: { silhouette: 0.4 } });
  const found = judge(gated(gate), [good], { ...given, champion: true });
  assert.deepEqual([found.passed, found.limits.length], [true, 1]);
  assert.deepEqual(found.later, [
    { measure: 'shadow_errors', shows: 'errors', sign: '<=', requests: 200, bound: 0.01 },
    { measure: 'shadow_latency_p95_ms', shows: 'latency_p95_ms', sign: '<=', requests: 50, bound: 500 },
  ]);
  assert.equal(
    judge(gated(gate), [member({ measures: { silhouette: 0.2 } })], { ...given, champion: true }).passed,
    false,
  );
  assert.deepEqual(Object.keys(judge(gated(gate), [good], given)), ['passed', 'limits']);
});
