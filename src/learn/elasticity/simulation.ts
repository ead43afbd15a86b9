import { sourceOf } from './days.ts';
import { layoutOf } from './design.ts';
import { elasticitiesOf, type Interval } from './estimate.ts';
import { type Agreement, agreementOf, type Simulation, simulated } from './simulated.ts';

/** For tests and the long count: how near the naive and the treated estimates of simulated products come to the truth. */
export function simulation(of: Simulation): { readonly naive: Agreement; readonly treated: Agreement } {
  const { truth, naive, treated } = estimated(of);
  return { naive: agreementOf(truth, naive), treated: agreementOf(truth, treated) };
}

/** The estimates themselves, of each product. */
export function estimated(of: Simulation): {
  readonly truth: Float64Array;
  readonly naive: readonly Interval[];
  readonly treated: readonly Interval[];
} {
  const { columns, units, truth, products } = simulated(of);
  const months = Array.from({ length: 12 }, (_, month) => String(month + 1));
  const layout = layoutOf({
    ...{ by: ['sku'], price: 'price', rival: 'competitor_price', events: ['promotion'] },
    season: [{ name: 'month', words: months }],
  });
  const source = sourceOf(columns, units, { layout, stock: { outOfStock: 'out_of_stock', noSale: 0.5 } });
  const days = units.length / products.length;
  const rowsOf = (product: number): Int32Array => Int32Array.from({ length: days }, (_, day) => product * days + day);
  const found = elasticitiesOf(
    source,
    products.map((name, product) => ({ name: [name], rows: rowsOf(product) })),
    { level: 0.95, least: 60 },
  );
  const all = (kind: 'naive' | 'elasticity') => found.products.map((product) => product[kind] as Interval);
  return { truth, naive: all('naive'), treated: all('elasticity') };
}

/** What the treated estimate has to come to where the naive one fails. */
export const holds = ({ bias, coverage }: Agreement): boolean =>
  Math.abs(bias) < 0.1 && coverage >= 0.9 && coverage <= 0.98;
