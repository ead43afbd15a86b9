import assert from 'node:assert/strict';
import { test } from 'node:test';
import { col } from '../columns/index.ts';
import {
  atLeast,
  atMost,
  boostedTrees,
  byHand,
  endpoint,
  exposureGap,
  fairnessGap,
  imported,
  job,
  kmeans,
  lambdaMart,
  latency,
  logisticRegression,
  model,
  noWorse,
  priceElasticity,
  shadow,
  sql,
  table,
} from '../define/index.ts';
import type { EsteiraError } from '../errors.ts';
import { collect } from './collect.ts';
import { stepsOf } from './order.ts';

const people = table('silver.people', {
  columns: {
    id: col.text().key(),
    level: col.text(),
    team: col.text().optional(),
    minutes: col.real().optional(),
    days: col.real(),
    stays: col.boolean(),
    joined: col.date(),
    left: col.date().optional(),
  },
  rows: sql`select 1`,
});
const spec = { from: people, features: ['days'], learner: kmeans({ clusters: 3 }) } as const;
const graphOf = (exports: Record<string, unknown>) =>
  collect([{ catalog: 'c', file: 'definitions/a.ts', exports: { people, ...exports } }], { suffix: '_invalidos' });
const refused = (exports: Record<string, unknown>, text: RegExp): void =>
  assert.throws(
    () => graphOf(exports),
    (error: EsteiraError) => {
      assert.equal(error.code, 'DEFINITION_INVALID');
      assert.match(`${error.details.what} ${error.details.allowed} ${error.details.next}`, text);
      return true;
    },
  );
// What a project without a type checker may write.
const wrongly = (more: object) => ({ m: model('ml.m', { ...spec, ...more } as never) });

test('building stops at a model and at tables inside it, which only a job makes that names them', () => {
  const m = model('ml.m', { ...spec, each: ['level'] });
  const labels = table('ml.labels', {
    columns: { centroid_id: col.integer().key() },
    rows: sql`select * from ${m.centroids}`,
  });
  const scores = table('gold.scores', {
    columns: { id: col.text().key() },
    rows: sql`select * from ${m.predict(people)} p join ${labels} l using (centroid_id)`,
  });
  const jobs = {
    retrain: job('retrain', { when: byHand, train: [m], build: [labels] }),
    alone: job('alone', { when: byHand, train: [m] }),
    labelling: job('labelling', { when: byHand, build: [labels] }),
    daily: job('daily', { when: byHand, build: [scores] }),
  };
  const graph = graphOf({ m, labels, scores, ...jobs });
  const steps = (name: keyof typeof jobs) => {
    const { steps: own, readsOnly } = stepsOf(graph, jobs[name]);
    return [own.map(({ node, kind }) => `${kind} ${node.id}`), readsOnly.map(({ id }) => id).toSorted()];
  };
  assert.deepEqual(steps('retrain'), [['table c.silver.people', 'model c.ml.m', 'table c.ml.labels__versions'], []]);
  assert.deepEqual(steps('alone'), [['table c.silver.people', 'model c.ml.m'], []]);
  assert.deepEqual(steps('labelling'), [['table c.ml.labels__versions'], ['c.ml.m']]);
  assert.deepEqual(steps('daily'), [
    ['table c.silver.people', 'table c.gold.scores'],
    ['c.ml.labels__versions', 'c.ml.m'],
  ]);
});

test('a table inside a model has one model, is written whole, and leaves its name to a view', () => {
  const one = model('ml.one', spec);
  const other = model('ml.other', spec);
  const columns = { centroid_id: col.integer().key() };
  const both = sql`select * from ${one.centroids} join ${other.centroids} using (centroid_id)`;
  refused(
    { one, other, t: table('ml.t', { columns, rows: both }) },
    /reads inside the model ml\.one, and inside ml\.other/,
  );
  refused(
    { one, t: table('ml.t', { columns, rows: one.centroids, write: 'append' }) },
    /cannot be written another way/,
  );
  refused({ one, t: table('ml.t', { columns, rows: one.centroids, invalid: 'set aside' }) }, /whole or not at all/);
  const inside = table('ml.t', { columns, rows: one.centroids });
  const view = table('ml.T', { columns, rows: sql`select 1 as centroid_id` });
  assert.throws(
    () => graphOf({ one, inside, view }),
    (error: EsteiraError) => error.code === 'NAME_TWICE',
  );
});

test('what a model cannot learn from, or by, is refused with what it may be', () => {
  refused(wrongly({ features: [] }), /has no features/);
  refused(wrongly({ features: ['nobody'] }), /cannot learn from nobody: no column/);
  refused(wrongly({ features: ['minutes'] }), /missing value of: minutes.*missing: \{ minutes: 'median' \}/s);
  refused(wrongly({ features: ['days', 'days'] }), /names a column twice: days/);
  refused(wrongly({ each: ['days'] }), /cannot be made for each days: real/);
  refused(wrongly({ target: 'stays' }), /its learner predicts none/);
  refused(wrongly({ learner: logisticRegression() }), /cannot learn target: no column/);
  refused(wrongly({ learner: logisticRegression(), target: 'level' }), /cannot learn level: text.*boolean, integer/s);
  refused(wrongly({ learner: lambdaMart({ at: [5] }), target: 'stays' }), /tell requests apart/);
  refused(wrongly({ group: 'level' }), /judges row by row/);
  const ranked = { learner: lambdaMart({ at: [5] }), target: 'stays' };
  refused(wrongly({ ...ranked, group: 'team' }), /cannot tell requests apart by what may be missing: team/);
  refused(wrongly({ gate: [atLeast('auc', 0.5)] }), /nobody measures: auc.*silhouette.*samples/s);
  refused(wrongly({ learner: kmeans({ clusters: 0 }) }), /clusters that cannot be: 0/);
  refused(wrongly({ learner: kmeans({ clusters: { from: 5, to: 2 } }) }), /clusters that cannot be/);
  refused(wrongly({ holdOut: { share: 1 } }), /a number between 0 and 1/);
  refused(wrongly({ holdOut: { last: '1.5 days', by: 'joined' } }), /whole days or months/);
  refused(
    wrongly({ holdOut: { share: 0.1, thenLearned: true } as never }),
    /cannot learn what it was judged by: a share/,
  );
  const brought = { target: 'stays', learner: imported('a.onnx', { output: { score: col.real() } }) };
  refused(
    wrongly({ ...brought, holdOut: { last: '3 days', by: 'joined', thenLearned: true } } as never),
    /cannot learn what it was judged by: it is made elsewhere/,
  );
  refused(wrongly({ holdOut: { last: '3 days', by: 'left' } }), /what may be missing: left/);
  refused(wrongly({ holdOut: { last: '3 hours', by: 'days' } }), /keep back the last by days: real/);
  refused(wrongly({ maxAge: 'long' }), /an age that is none: long/);
  refused(wrongly({ release: { approvedBy: '' } }), /waits for nobody/);
  refused(
    wrongly({ target: 'stays', learner: boostedTrees({ engine: 'gpu' as never }) }),
    /engine that is none: gpu.*native/,
  );
  refused(wrongly({ from: sql`select 1` }), /learns from what is no table/);
});

test('of a price elasticity every feature has one part to play, and what its days are told apart by is no feature', () => {
  const days = table('silver.days', {
    columns: {
      ...people.columns,
      sku: col.text().key(),
      price: col.real(),
      units: col.integer(),
      empty: col.boolean(),
    },
    rows: sql`select 1`,
  });
  const options = { by: 'sku', price: 'price', events: ['stays'], withoutStock: 'empty' } as const;
  const of = (own: object, more: object = {}) => ({
    days,
    ...wrongly({
      from: days,
      features: ['sku', 'price', 'stays'],
      target: 'units',
      learner: priceElasticity({ ...options, ...own }),
      ...more,
    }),
  });
  graphOf(of({}));
  refused(of({}, { features: ['sku', 'price', 'stays', 'empty'] }), /no option of its learner names: empty/);
  refused(
    of({}, { features: ['sku', 'price', 'stays', 'days'] }),
    /no option of its learner names: days.*sku, price, stays/s,
  );
  refused(
    of({}, { features: ['sku', 'price'] }),
    /does not have among its features: stays.*\["sku","price","stays"\]/s,
  );
  refused(of({ rival: 'price' }), /gives a column two parts: price/);
  refused(of({ rival: 'level' }), /cannot take as rival level: text.*real/s);
  refused(of({ withoutStock: 'gone' }), /cannot take as withoutStock gone: no column.*boolean/s);
  refused(of({ by: [] }), /tells no products apart/);
  refused(of({ level: 95 }), /a level that is none: 95.*between 0 and 1/s);
  refused(of({ mostError: 0 }), /a greatest standard error that is none: 0/);
  graphOf(of({ day: 'joined', recent: 14 }));
  refused(of({ day: 'level' }), /cannot take as day level: text.*date/s);
  refused(of({ recent: 14 }), /cannot give the last days a level of their own: 14.*day: /s);
  refused(of({ day: 'joined', recent: 0.5 }), /cannot give the last days a level of their own: 0.5/);
  graphOf(of({ day: 'joined', answerDays: 14 }));
  refused(of({ answerDays: 7 }), /cannot look for so many days at what a rival does: 7.*day: /s);
  refused(of({ day: 'joined', answerDays: 61 }), /at what a rival does: 61.*from 0 to 60/s);
  refused(of({ least: 0 }), /a least number of days that is none: 0/);
  refused(of({ noSale: 0 }), /a day without a sale what cannot be: 0.*leave out/s);
  refused(of({}, { target: 'level' }), /cannot learn level: text/);
});

test('a gate across columns, or on a latency, is refused where nobody could measure it', () => {
  const ranked = { learner: lambdaMart({ at: [5] }), target: 'stays', group: 'level' };
  const gap = fairnessGap('level', { of: 'ndcg_at_5' });
  graphOf(wrongly({ ...ranked, segments: ['stays'], gate: [atMost(gap, 0.1), atMost(latency('p95'), '15 ms')] }));
  assert.deepEqual(
    model('ml.m', { ...spec, ...ranked, segments: ['stays'], gate: [atMost(gap, 0.1)] } as never).facts.segments,
    ['stays', 'level'],
  );
  refused(
    wrongly({ ...ranked, gate: [atMost(fairnessGap('level', { of: 'ndcg_at_3' }), 0.1)] }),
    /measures: ndcg_at_3/,
  );
  refused(wrongly({ ...ranked, gate: [atMost(fairnessGap('level', { of: 'samples' }), 0.1)] }), /measures: samples/);
  refused(wrongly({ ...ranked, gate: [atMost(exposureGap('gender'), 0.1)] }), /judged across gender: no column/);
  refused(wrongly({ ...ranked, segments: ['days'] }), /judged across days: real/);
  refused(wrongly({ segments: ['level'] }), /its learner predicts none: level/);
  const wide = fairnessGap('level', { of: 'ndcg_at_5', least: 50 });
  refused(wrongly({ ...ranked, gate: [atMost(gap, 0.1), atMost(wide, 0.2)] }), /fairness_gap_level_ndcg_at_5/);
  refused(wrongly({ ...ranked, gate: [atMost(latency('p95', { rows: 0 }), '1 ms')] }), /a number that cannot be: 0/);
  const logistic = { learner: logisticRegression(), target: 'stays' };
  refused(wrongly({ ...logistic, gate: [atMost(latency('p95'), '1 ms')] }), /the engine predicts with it/);
  refused(wrongly({ ...logistic, gate: [atMost(exposureGap('level'), 0.1)] }), /ranks nothing/);
  refused(wrongly({ ...ranked, gate: [noWorse(gap as never, 0.1)] }), /known of itself only: fairness_gap_level/);
  assert.throws(() => atMost(latency('p95'), 15 as never), /has no time/);
  assert.throws(() => atMost(gap, '15 ms' as never), /has no number/);
});

test('a job that builds and trains nothing, or trains a table, is refused', () => {
  const m = model('ml.m', spec);
  refused({ m, j: job('j', { when: byHand, build: [] }) }, /builds what is no table/);
  refused({ m, j: job('j', { when: byHand, train: [people as never] }) }, /trains what is no model/);
  refused({ m, j: job('j', { when: byHand, build: [m as never] }) }, /models are named under train/);
});

test('a job that refines has a step that says so; only models of trees can be refined, and none that is trained beside', () => {
  const m = model('ml.m', { ...spec, learner: boostedTrees({ refine: { trees: 5 } }), target: 'stays' });
  const hourly = job('hourly', { when: byHand, refine: [m] });
  const { steps } = stepsOf(graphOf({ m, hourly }), hourly);
  assert.deepEqual(
    steps.map(({ kind, refines }) => [kind, refines]),
    [
      ['table', undefined],
      ['model', true],
    ],
  );
  const rigid = model('ml.rigid', spec);
  const by = (refine: unknown) => ({ m, rigid, j: job('j', { when: byHand, refine: [refine as never] }) });
  refused(by(rigid), /learned by kmeans, which cannot go on.*boostedTrees.*lambdaMart.*under train/s);
  refused(by(people), /refines what is no model/);
  refused({ m, j: job('j', { when: byHand, refine: [m], train: [m] }) }, /trains and refines one model/);
  const like = { ...spec, learner: boostedTrees(), target: 'stays' } as const;
  const whole = model('ml.whole', { ...like, holdOut: { last: '3 days', by: 'joined', thenLearned: true } });
  refused(
    { m: whole, j: job('j', { when: byHand, refine: [whole] }) },
    /refines a model that learns what it was judged by.*thenLearned/s,
  );
  const strange = { target: 'stays', learner: boostedTrees({ refine: { trees: 0 } }) };
  refused(wrongly(strange), /cannot be refined so: trees: 0.*whole numbers from 1/s);
  const trees = (options: object) => wrongly({ target: 'stays', learner: boostedTrees(options) });
  refused(trees({ refine: { most: 100 } }), /could never be refined.*most: 100.*most: 110 /s);
  refused(trees({ trees: 50, refine: { trees: 151 } }), /could never be refined.*most: 200.*most: 201 /s);
  for (const options of [{ trees: 50, refine: { trees: 150 } }, { refine: { most: 110 } }, { refine: {} }])
    graphOf(trees(options));
  // Training that stops early may make fewer.
  graphOf(trees({ trees: 1000, stopAfter: 20, refine: { most: 500 } }));
});

test('a gate that waits for a shadow needs an endpoint that shows it, and figures that its learner has', () => {
  const risk = model('ml.risk', {
    ...{ from: people, features: ['days'], target: 'stays', learner: logisticRegression() },
    gate: [atLeast(shadow('overlap_at_5'), 0.6)],
  });
  const served = (shadow?: { readonly share: number }) =>
    endpoint('risk', {
      ...{
        path: '/risk',
        model: risk,
        request: { id: col.text() },
        answer: { ok: col.boolean() },
        handle: () => ({ ok: true }),
      },
      ...(shadow ? { shadow } : {}),
    });
  refused({ risk }, /waits for shadow_overlap_at_5, and no endpoint shows it.*shadow: \{ share: 0\.1 \}/);
  refused({ risk, risky: served() }, /no endpoint shows it/);
  assert.equal(graphOf({ risk, risky: served({ share: 0.1 }) }).endpoints.size, 1);
  refused(
    wrongly({ gate: [atLeast(shadow('overlap_at_5'), 0.6)] }),
    /what no shadow of it shows.*errors, latency_p50_ms/,
  );
  refused(wrongly({ gate: [atMost(shadow('errors', { requests: 0 }), 0.6)] }), /a number that cannot be: 0/);
  const twice = [atMost(shadow('errors'), 0.1), atMost(shadow('errors', { requests: 9 }), 0.2)];
  refused(wrongly({ gate: twice }), /measures one figure in two ways/);
});
