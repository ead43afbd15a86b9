import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  alerted,
  atLeast,
  atMost,
  byHand,
  cron,
  type Definition,
  degradation,
  drift,
  endpoint,
  expectNone,
  fallbackShare,
  files,
  job,
  kmeans,
  mape,
  missingShare,
  model,
  monitor,
  scalar,
  servedLatency,
  settings,
  source,
  sql,
  table,
} from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';

const columns = {
  id: col.integer().key(),
  hit: col.boolean(),
  stars: col.real().min(1).max(5).optional(),
  points: col.real(),
  version: col.text(),
  at: col.timestamp(),
};
const outcomes = table('gold.outcomes', { columns, rows: sql`select 1 as id` });
const ltr = model('gold.ltr', { from: outcomes, features: ['points'], learner: kmeans({ clusters: 2 }) });
const served = endpoint('ltr', {
  ...{ path: '/rank', model: ltr, request: { id: col.text() }, answer: { id: col.text() } },
  handle: ({ request }) => request,
});
const how = { model: ltr, of: 'hit', version: 'version', at: 'at' } as const;
const of = (more: object) => () => monitor('m', { expect: atMost(degradation(outcomes, { ...how, ...more }), 0.02) });
const ofError = (more: object) => () =>
  monitor('m', { expect: atMost(mape(outcomes, { actual: 'points', predicted: 'stars', ...more } as never), 0.2) });
const ofDrift = (more: object) => () =>
  monitor('m', { expect: atMost(drift(outcomes, { from: { last: '28 days', at: 'at' }, ...more } as never), 0.2) });
const named = table('gold.named', { columns: { id: col.integer() }, rows: sql`select 1 as id` });
const limits = settings('config.limits', { most: col.real().default(1) });
const worse = monitor('worse', { expect: atMost(degradation(outcomes, how), 0.02) });
const when = alerted(worse);

// What a project without a type checker could write.
const misshapen: Readonly<Record<string, () => Definition>> = {
  'asks for a degradation': () => monitor('m', { expect: atLeast(degradation(outcomes, how), 0.02) }),
  'takes as of what is none': of({ of: 'version' }),
  'takes as version what is none': of({ version: 'verion' }),
  'takes as at what is none': of({ at: 'id' }),
  'takes as role what is none': of({ role: 'hit' }),
  'compares means of numbers without ends': of({ of: 'points' }),
  'has a limit that nothing can go beyond': of({ of: 'points', range: [0, 0.02] }),
  'has a limit that nothing can go beyond.': () => monitor('m', { expect: atMost(degradation(outcomes, how), -0.1) }),
  'has a level that is none': of({ level: 5 }),
  'has no number as least': of({ least: 0 }),
  'has a time that is none as matures': of({ matures: 'soon' }),
  'has a time that is none as before': of({ before: 'long ago' }),
  'watches the versions of what is no model': of({ model: outcomes }),
  'takes as actual what is none': ofError({ actual: 'version' }),
  'takes as predicted what is none': ofError({ predicted: 'score' }),
  'takes as by what is none': ofError({ by: ['region'] }),
  'has no number as least.': ofError({ least: 0 }),
  'has a time that is none as last': ofError({ over: { last: '5 hours', at: 'at' } }),
  'takes as at what is none.': ofError({ over: { last: '5 days', at: 'id' } }),
  'watches the missing values of no column': () =>
    monitor('m', { expect: atMost(missingShare(outcomes, { columns: [] }), 0.1) }),
  'takes as column what is none': () =>
    monitor('m', { expect: atMost(missingShare(outcomes, { columns: ['starz'] as never }), 0.1) }),
  'measures drift in no known way': ofDrift({ by: 'kl' }),
  'takes as segments what is none': ofDrift({ segments: ['region'] }),
  'has no number as least..': ofDrift({ least: 0 }),
  'compares rows with nothing': ofDrift({ from: undefined }),
  'has a time that is none as last.': ofDrift({ from: { last: '1.5 days', at: 'at' } }),
  'has a time that is none as over': ofDrift({ over: '5 minutes' }),
  'takes as column what is none.': ofDrift({ columns: ['version'], by: 'ks' }),
  'compares rows with others that lack a column': ofDrift({ from: named, columns: ['points'] }),
  'cools down after alerts, and none begins it': () =>
    job('j', { when: cron('0 2 * * *'), coolDown: '3 days', build: [outcomes] }),
  'has a cool-down that is no time': () => job('j', { when, coolDown: 'long' as never, build: [outcomes] }),
  'has days without it, and no schedule begins it': () =>
    job('j', { when: byHand, blackout: ['2026-11-27'], build: [outcomes] }),
  'has a day that is none': () => job('j', { when, blackout: ['2026-11-31'], build: [outcomes] }),
  'takes days from what has none': () => job('j', { when, blackout: limits, build: [outcomes] }),
  'is judged at no time': () => monitor('m', { expect: atMost(fallbackShare(served), 0.001) }),
  'looks back for what is no time': () =>
    monitor('m', {
      expect: atMost(servedLatency(served, 'p95', { over: 'a day' as never }), '15 ms'),
      every: '0 * * * *',
    }),
  'watches what has no fallback share': () =>
    monitor('m', { expect: atMost(fallbackShare(outcomes as never), 0.001), every: '0 * * * *' }),
  'rolls back what is no model': () => job('j', { when, rollback: [outcomes as never] }),
  'rolls back what is no model.': () => job('j', { when, rollback: [undefined as never] }),
  'freezes promotion for a time that is none': () => job('j', { when, rollback: [{ model: ltr, frozen: '5 hours' }] }),
  'rolls one model back twice': () => job('j', { when, rollback: [ltr, { model: ltr }] }),
  'rolls back without an alert': () => job('j', { when: byHand, rollback: [ltr] }),
  'rolls back without an alert.': () => job('j', { when: [when, cron('0 2 * * *')], rollback: [ltr] }),
};
const collected = (...exports: readonly Definition[]) =>
  collect([{ catalog: 'shop', file: 'shop.ts', exports: { ...exports } }], { suffix: '_invalidos' });

for (const [says, make] of Object.entries(misshapen))
  test(`what no type checker has seen is refused: ${says}`, () => {
    assert.throws(
      () => collected(outcomes, ltr, served, worse, named, limits, make()),
      (error) =>
        error instanceof EsteiraError &&
        error.code === 'DEFINITION_INVALID' &&
        error.message.includes(says.replace(/\.$/, '')),
    );
  });

test('what came of predictions is watched by true and false, by numbers with ends, and by what else a query says of the champion', () => {
  const champion = sql`select avg(points) from ${outcomes} where version = ${ltr.champion}`;
  const graph = collected(
    ...[outcomes, ltr, served, worse],
    monitor('stars', { expect: atMost(degradation(outcomes, { ...how, of: 'stars' }), 0.2) }),
    monitor('points', { expect: atMost(degradation(outcomes, { ...how, of: 'points', range: [0, 10] }), 0.2) }),
    monitor('scalar', { expect: atMost(scalar(champion), 1) }),
    monitor('none', { expect: expectNone(champion) }),
    monitor('fallbacks', { expect: atMost(fallbackShare(served), 0.001), every: '*/5 * * * *' }),
    monitor('slow', { expect: atMost(servedLatency(served, 'p95', { over: '2 days' }), '15 ms'), every: '0 * * * *' }),
    job('volta', { when, rollback: [{ model: ltr, frozen: '3 days' }] }),
    job('volta_2', { when, rollback: [ltr] }),
  );
  assert.deepEqual(
    [...graph.jobs.values()].map(({ rollback }) => rollback.map(({ frozen }) => frozen)),
    [['3 days'], [undefined]],
  );
});

test('rows that say in which role a version predicted are those of the champion', () => {
  const roles = table('gold.roles', { columns: { ...columns, role: col.text() }, rows: sql`select 1 as id` });
  const roleOf = (rows: typeof outcomes) => degradation(rows, how).role;
  assert.deepEqual([roleOf(outcomes), roleOf(roles as never)], [undefined, 'role']);
});

test('files that nobody keeps are not watched', () => {
  const lines = source('landing.lines', { reader: files('*.jsonl'), columns });
  const watching = monitor('m', { expect: atMost(degradation(lines, how), 0.02) });
  assert.throws(() => collected(lines, outcomes, ltr, watching), { code: 'DEFINITION_INVALID' });
});
