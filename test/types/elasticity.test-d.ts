// Price elasticities as types: what is inferred, and which mistakes are compile errors. Checked by tsc, never run.
import { atLeast, atMost, col, model, noWorse, priceElasticity, type RowOf, sql, table } from '../../src/index.ts';

const day = { sku: col.text().key(), region: col.integer().key(), price: col.real(), promotion: col.boolean() };
const days = table('silver.days', {
  columns: { ...day, date: col.date().key(), empty: col.boolean(), units: col.integer() },
  rows: sql`select 1`,
});
const next = table('gold.next', { columns: day, rows: sql`select 1` });
const of = { from: days, features: ['sku', 'region', 'price', 'promotion'], target: 'units' } as const;
const options = {
  by: ['sku', 'region'],
  price: 'price',
  events: ['promotion'],
  withoutStock: 'empty',
  day: 'date',
} as const;
const elasticity = model('ml.elasticity', {
  ...of,
  learner: priceElasticity({ ...options, recent: 7, answerDays: 14, mostError: 0.5 }),
  holdOut: { last: '28 days', by: 'date', thenLearned: true },
  gate: [atMost('mape', 0.3), noWorse('wape', 0.02), atLeast('interval_coverage', 0.9), atLeast('samples', 100)],
});
// Rows that are predicted need no stock.
const predicted = elasticity.predict(next);
type Predicted = RowOf<typeof predicted.columns>;
({
  sku: 'A',
  expected_units: null,
  elasticity: -2,
  elasticity_then: null,
  trustworthy: true,
  days_used: 3,
  model_version: 'x',
}) satisfies Partial<Predicted>;
type Inside = RowOf<typeof elasticity.elasticities.columns>;
({ sku: 'A', region: '7', elasticity: -2, rival_reaction: null, days_sold_out: 3 }) satisfies Partial<Inside>;

// @ts-expect-error a figure that this learner does not have
model('ml.m', { ...of, learner: priceElasticity(options), gate: [atMost('rmse', 1)] });
// @ts-expect-error a table without a price
elasticity.predict(table('gold.t', { columns: { sku: col.text().key() }, rows: sql`select 1` }));
// @ts-expect-error no products are told apart
priceElasticity({ price: 'price' });
// @ts-expect-error something else than a number of units, or leaving the day out
priceElasticity({ by: 'sku', price: 'price', noSale: 'ignore' });
