import { type Columns, col } from '../../columns/index.ts';
import { rails, reasons } from './why.ts';

/** What `priceElasticity(…)` predicts of a row, as far as a recommendation needs it. */
export const needed = [
  'expected_units',
  'expected_units_low',
  'expected_units_high',
  'elasticity',
  'elasticity_low',
  'elasticity_high',
  'days_used',
  'trustworthy',
] as const;

const money = () => col.real().optional();
/** What `recommendedPrices(…)` adds to its rows; a table has them by `columns: { …, ...recommendationColumns }`. */
export const recommendationColumns = Object.freeze({
  /** Missing where there is none: `reason` says why. */
  recommended_price: col.real().min(0).optional(),
  reason: col
    .text()
    .oneOf(...reasons)
    .optional(),
  /** Of the price, as a share of it. */
  change: money(),
  /** Which limit keeps it from the best price. */
  limited_by: col
    .text()
    .oneOf(...rails)
    .optional(),
  /** The price of the highest margin, without any limit; missing where the elasticity may be -1 or above. */
  best_price: money(),
  lowest_price: money(),
  highest_price: money(),
  /** As it is once the rival has answered, where that is known; else the elasticity itself. */
  elasticity_then: money(),
  elasticity_then_low: money(),
  elasticity_then_high: money(),
  /** At the recommended price; each interval holds as often as those that it is made of. */
  units_then: money(),
  units_then_low: money(),
  units_then_high: money(),
  revenue_now: money(),
  revenue_then: money(),
  revenue_then_low: money(),
  revenue_then_high: money(),
  margin_now: money(),
  margin_then: money(),
  margin_then_low: money(),
  margin_then_high: money(),
  /** One sentence. */
  why: col.text(),
}) satisfies Columns;
