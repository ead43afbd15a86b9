import {
  asOf,
  atLeast,
  atMost,
  check,
  expectNone,
  fairnessGap,
  fn,
  lambdaMart,
  latency,
  model,
  noWorse,
  replaceEach,
  samples,
  sql,
  table,
} from 'esteira';
import { limites } from './1-config.ts';
import { lawyerHistory, shown } from './2-dados.ts';

const { area_match, distance_km, success_rate, reviews, price, gender } = lawyerHistory.columns;

/** Each lawyer as known when the match was shown, so that nothing from the future leaks in; one of whom nothing was known, or nothing new for long, is set aside. */
export const judged = table('gold.ltr_judged', {
  columns: { ...shown.columns, area_match, distance_km, success_rate, reviews, price, gender },
  rows: sql`select * from ${asOf(shown.since('day'), lawyerHistory, {
    on: ['lawyer_id'],
    at: ['occurred_at', 'as_of'],
    within: '14 days',
    take: {
      area_match: 'area_match',
      distance_km: 'distance_km',
      success_rate: 'success_rate',
      reviews: 'reviews',
      price: 'price',
      gender: 'gender',
    },
  })}`,
  write: replaceEach('day'),
  invalid: 'set aside',
});
/** What training sees. */
export const trainingSet = table('gold.ltr_training', {
  columns: judged.columns,
  rows: sql`select * from ${judged} where ${fn.lastDays('day', 90)}`,
});
export const umEscolhido = check(
  'no máximo um escolhido por match',
  expectNone(sql`select event_id from ${judged} group by event_id having sum(relevance) > 1`),
);

// Key 2: the gate. Key 3: versions YYYYMMDD_HHMM, wherever the environment keeps models.
export const ltr = model('gold.ltr', {
  from: trainingSet,
  features: ['area_match', 'distance_km', 'success_rate', 'reviews', 'price'],
  target: 'relevance',
  group: 'event_id',
  learner: lambdaMart({ trees: 300, at: [3, 5], stopAfter: 20, seed: 1 }),
  holdOut: { last: '7 days', by: 'day' },
  gate: [
    atLeast('ndcg_at_5', limites.ltr_ndcg_min),
    noWorse('ndcg_at_5', 0.01),
    atMost(fairnessGap('gender', { of: 'ndcg_at_5' }), limites.ltr_fairness_max),
    atMost(latency('p95', { rows: 20 }), limites.ltr_latency_p95_max),
    atLeast(samples, limites.ltr_min_samples),
  ],
});
