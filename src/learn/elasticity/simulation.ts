import { sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { elasticitiesOf } from './estimate.ts';
import type { Interval } from './interval.ts';
import { type Agreement, agreementOf, type Simulation, simulated } from './simulated.ts';

/** How it is estimated: whether in which order days came is known, and how many of the last have a level of their own. */
interface Way {
  readonly day?: 'date';
  readonly recent?: number;
}

/** For tests and the long count: how near the naive and the treated estimates of simulated products come to the truth. */
export function simulation(
  of: Simulation,
  way: Way = {},
): {
  readonly naive: Agreement;
  readonly treated: Agreement;
  readonly answered: Agreement;
  readonly serialRatio: number;
} {
  const { truth, left, naive, treated, answered, serialRatio } = estimated(of, way);
  const on = (found: readonly Interval[]) => agreementOf(truth, found);
  return { naive: on(naive), treated: on(treated), answered: agreementOf(left, answered), serialRatio };
}

/** The estimates themselves, of each product. */
export function estimated(
  of: Simulation,
  { day, recent }: Way = {},
): {
  readonly truth: Float64Array;
  /** Once the rival has answered. */
  readonly left: Float64Array;
  readonly naive: readonly Interval[];
  readonly treated: readonly Interval[];
  readonly answered: readonly Interval[];
  readonly serialRatio: number;
} {
  const { columns, units, truth, left, products } = simulated(of);
  const months = Array.from({ length: 12 }, (_, month) => String(month + 1));
  const layout = layoutOf({
    ...{ by: ['sku'], price: 'price', rival: 'competitor_price', events: ['promotion'] },
    season: [{ name: 'month', words: months }],
    ...(recent === undefined ? {} : { recent }),
  });
  const stock = { outOfStock: 'out_of_stock', noSale: 0.5 };
  const source = sourceOf(columns, units, { layout, stock, day, learned: Int32Array.from(units.keys()) });
  const days = units.length / products.length;
  const rowsOf = (product: number): Int32Array => Int32Array.from({ length: days }, (_, day) => product * days + day);
  const found = elasticitiesOf(
    source,
    products.map((name, product) => ({ name: [name], rows: rowsOf(product) })),
    { level: 0.95, least: 60, mostError: 1 },
  );
  const all = (kind: 'naive' | 'elasticity' | 'answered') => found.products.map((product) => product[kind] as Interval);
  const { serialRatio } = found;
  return { truth, left, serialRatio, naive: all('naive'), treated: all('elasticity'), answered: all('answered') };
}

/** What the treated estimate has to come to where the naive one fails. */
export const holds = ({ bias, coverage }: Agreement): boolean =>
  Math.abs(bias) < 0.1 && coverage >= 0.9 && coverage <= 0.98;
