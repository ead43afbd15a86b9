import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../../columns/index.ts';
import {
  type AnyModel,
  atMost,
  exposureGap,
  fairnessGap,
  lambdaMart,
  latency,
  model,
  sql,
  table,
} from '../../define/index.ts';
import type { FeatureColumn } from '../../learn/features.ts';
import type { Segments } from '../../learn/learners/learned.ts';
import { readMembers } from '../../learn/learners/members.ts';
import { writeModel } from '../../learn/trees/format/write.ts';
import { trainTrees } from '../../learn/trees/train.ts';
import type { Project } from '../project.ts';
import { figured } from './figures.ts';
import { judge } from './gate.ts';
import { callsOf, quantileOf, timesOf } from './latency.ts';
import type { Lessons } from './lessons.ts';
import { predictorFile } from './predictor.ts';

const shown = table('gold.shown', {
  columns: { id: col.text().key(), event: col.text(), price: col.real(), chosen: col.boolean(), gender: col.text() },
  rows: sql`select 1`,
});
const ranked = (gate: readonly unknown[]): AnyModel =>
  model('ml.ltr', {
    from: shown,
    features: ['price'],
    target: 'chosen',
    group: 'event',
    learner: lambdaMart({ at: [5] }),
    gate: gate as never,
  });
const signal = new AbortController().signal;

const price = { of: 'numbers', values: Float64Array.of(1, 2, 3, 4, 5, 6, 7) } as const;
const { model: trees } = await trainTrees({
  columns: { price },
  target: Float64Array.of(0, 0, 0, 1, 1, 1, 1),
  options: { objective: 'regression', trees: 3, leaves: 2, rowsInLeaf: 1 },
});
const parameters = { learner: 'lambdamart', text: writeModel(trees) } as const;
const member = (of: object): Lessons['members'][number] => ({
  ...{ member: {}, profile: {}, parameters, inside: [], rows: 0, held: 7, samples: 100, left: {} },
  measures: { ndcg_at_5: 0.7 },
  requests: { columns: { price }, sizes: Int32Array.of(2, 1, 3, 1) },
  ...of,
});
/** Each call of the predictor lasts so many milliseconds. */
const clock = (step: number) => {
  let now = 0;
  return () => (now += step);
};
const judged = async (gate: readonly unknown[], of: object, elapsed = clock(0.5)) => {
  const definition = ranked(gate);
  const lessons = { members: [member(of)] };
  const opened = readMembers(predictorFile({ model: 'm', version: '1', members: [{ member: {}, parameters }] }));
  const members = await figured(definition, lessons, { opened, elapsed, signal });
  return { members, gate: judge(definition, members, { settings: {}, project: {} as Project }) };
};

const segments = (...values: Segments['values']): { readonly segments: readonly Segments[] } => ({
  segments: [{ column: 'gender', exposure: 0.5, values }],
});
const of = (value: string, samples: number, ndcg: number, requests = samples, exposure = 0.5) => ({
  ...{ value, samples, measures: { ndcg_at_5: ndcg }, shown: { requests, exposure } },
});

test('a gap is that of the group that is furthest from all, among those with enough requests', async () => {
  const limits = [atMost(fairnessGap('gender', { of: 'ndcg_at_5' }), 0.05), atMost(exposureGap('gender'), 0.05)];
  const fair = await judged(limits, segments(of('f', 30, 0.66), of('m', 70, 0.72), of('x', 29, 0.1, 29, 0.1)));
  assert.equal(fair.gate.passed, true);
  const { measures } = fair.members[0] ?? {};
  assert.ok(Math.abs((measures?.['fairness_gap_gender_ndcg_at_5'] ?? 0) - 0.04) < 1e-12);
  assert.equal(measures?.['exposure_gap_gender'], 0);
  const unfair = await judged(limits, segments(of('f', 30, 0.64), of('m', 70, 0.72)));
  assert.deepEqual(
    unfair.gate.limits.map(({ passed }) => passed),
    [false, true],
  );
  const hidden = await judged(limits, segments(of('f', 30, 0.7, 30, 0.44), of('m', 70, 0.7)));
  assert.deepEqual(
    hidden.gate.limits.map(({ passed }) => passed),
    [true, false],
  );
  const seldom = await judged(limits, segments(of('f', 40, 0.7, 29, 0.1), of('m', 29, 0.1, 70, 0.5)));
  assert.equal(seldom.gate.passed, true, 'each gap by samples of its own');
  const few = [atMost(fairnessGap('gender', { of: 'ndcg_at_5', least: 71 }), 1)];
  assert.equal((await judged(few, segments(of('m', 70, 0.7)))).gate.passed, false);
});

test('a gap is not known where no group has enough requests, and says so; the limit does not hold', async () => {
  const limits = [atMost(fairnessGap('gender', { of: 'ndcg_at_5' }), 1), atMost(exposureGap('gender'), 1)];
  const { gate } = await judged(limits, segments(of('f', 29, 0.7)));
  assert.deepEqual(
    gate.limits.map(({ members: [only], passed }) => [only?.why, only && 'value' in only, passed]),
    [
      ['no group of gender has 30 requests', false, false],
      ['no group of gender is shown in 30 requests', false, false],
    ],
  );
});

test('one group of enough requests without a figure makes the gap unknown, and is named; leaving smaller ones out is the way out', async () => {
  const whyOf = async (least: number, ndcg = Number.NaN): Promise<string | undefined> => {
    const limits = [atMost(fairnessGap('gender', { of: 'ndcg_at_5', least }), 1)];
    const { gate } = await judged(limits, segments(of('f', 70, 0.7), of('x', 40, ndcg)));
    return gate.limits[0]?.members[0]?.why;
  };
  assert.equal(await whyOf(30), 'gender x, of 40 requests, has no ndcg_at_5');
  assert.equal(await whyOf(41), undefined);
  assert.equal(await whyOf(30, 0.7), undefined);
});

test('a predictor that takes 16 ms for each request fails its latency, and nothing else', async () => {
  const limits = [
    atMost(latency('p95', { rows: 20 }), '15 ms'),
    atMost(fairnessGap('gender', { of: 'ndcg_at_5' }), 0.05),
  ];
  const group = segments(of('f', 50, 0.7));
  const slow = await judged(limits, group, clock(16));
  assert.equal(slow.members[0]?.measures['latency_p95_ms'], 16);
  assert.deepEqual(
    slow.gate.limits.map(({ measure, bound, passed }) => [measure, bound, passed]),
    [
      ['latency_p95_ms', 15, false],
      ['fairness_gap_gender_ndcg_at_5', 0.05, true],
    ],
  );
  assert.equal((await judged(limits, group, clock(15))).gate.passed, true);
  const real = await judged(limits, group, () => performance.now());
  assert.equal(real.gate.passed, true);
  assert.ok((real.members[0]?.measures['latency_p95_ms'] ?? 0) > 0);
});

test('what is asked for first is not counted, and a quantile is a time that a call took', async () => {
  let [now, calls] = [0, 0];
  const slowly = (): void => {
    calls += 1;
    now += calls <= 200 ? 900 : calls;
  };
  const warm = { columns: { price }, sizes: Int32Array.of(7) };
  const times = await timesOf(slowly, warm, { rows: 1, budget: 1e9, elapsed: () => now, signal });
  assert.deepEqual([times.length, times[0], times.at(-1)], [2000, 201, 2200]);
  assert.deepEqual(
    (['p50', 'p95', 'p99'] as const).map((quantile) => quantileOf(times, quantile)),
    [1200, 2100, 2180],
  );
  const few = Float64Array.from({ length: 30 }, (_, at) => at + 1);
  assert.deepEqual([quantileOf(few, 'p50'), quantileOf(few, 'p95'), quantileOf(few, 'p99')], [15, 29, 30]);
  const brief = await timesOf(slowly, warm, { rows: 1, budget: 10, elapsed: () => now, signal });
  assert.equal(brief.length, 20);
  await assert.rejects(
    timesOf(slowly, warm, { rows: 1, budget: 10, elapsed: () => now, signal: AbortSignal.abort(new Error('stop')) }),
    /stop/,
  );
});

test('it is the predictor that is timed, asked for whole requests of at least so many rows, different ones', async () => {
  const sizes = Int32Array.from({ length: 90 }, (_, request) => 3 + ((request * 7) % 23));
  const requestOf = [...sizes].flatMap((size, request) => Array.from({ length: size }, () => request));
  const columns = { request: { of: 'numbers', values: Float64Array.from(requestOf) } } as const;
  const asked: string[] = [];
  let now = 0;
  const slowly = ({ request }: Readonly<Record<string, FeatureColumn>>): void => {
    now += 16;
    const rows = request?.of === 'numbers' ? [...request.values] : [];
    assert.ok(rows.length >= 20, `${rows.length} rows`);
    for (const one of new Set(rows)) assert.equal(rows.filter((row) => row === one).length, sizes[one], `${one}`);
    asked.push(rows.join());
  };
  const times = await timesOf(slowly, { columns, sizes }, { rows: 20, budget: 1000, elapsed: () => now, signal });
  assert.equal(quantileOf(times, 'p95'), 16);
  assert.ok(asked.length > times.length && new Set(asked).size > 20, `${asked.length}, ${new Set(asked).size}`);
});

test('a request is asked for whole, with those that come next where it has too few rows, and with its own words only', () => {
  const colour = { of: 'texts', words: ['blue', 'green', 'red'], codes: Int32Array.of(2, 2, -1, 1, 1, 0, 2) } as const;
  const requests = { columns: { price, colour }, sizes: Int32Array.of(2, 1, 3, 1) };
  const values = (rows: number) =>
    callsOf(requests, rows).map(({ price: one }) => (one?.of === 'numbers' ? [...one.values] : []));
  assert.deepEqual(values(1), [[1, 2], [7], [4, 5, 6], [3]]);
  assert.deepEqual(values(3), [
    [1, 2, 3],
    [7, 1, 2],
    [4, 5, 6],
  ]);
  assert.deepEqual(
    callsOf(requests, 1).map(({ colour: one }) => (one?.of === 'texts' ? [one.words, [...one.codes]] : [])),
    [
      [['red'], [0, 0]],
      [['red'], [0]],
      [
        ['green', 'blue'],
        [0, 0, 1],
      ],
      [[], [-1]],
    ],
  );
});

test('of many requests those that are timed are from all of the time, and of all sizes, even where the budget ends early', () => {
  const sizes = Int32Array.from({ length: 3000 }, (_, request) => 1 + Math.floor(request / 1000));
  const of = sizes.reduce((sum, size) => sum + size, 0);
  const row = { of: 'numbers', values: Float64Array.from({ length: of }, (_, at) => at) } as const;
  const calls = callsOf({ columns: { row }, sizes }, 1).map(({ row: one }) =>
    one?.of === 'numbers' ? [...one.values] : [],
  );
  assert.equal(calls.length, 500);
  assert.equal(new Set(calls.map(([first]) => first)).size, 500);
  const share = (some: readonly unknown[][], size: number): number =>
    some.filter(({ length }) => length === size).length / some.length;
  for (const size of [1, 2, 3]) {
    assert.ok(Math.abs(share(calls, size) - 1 / 3) < 0.01, `${share(calls, size)} of ${size}`);
    assert.ok(Math.abs(share(calls.slice(0, 20), size) - 1 / 3) < 0.1, `${share(calls.slice(0, 20), size)} of ${size}`);
  }
});
