import type { FeatureColumn } from '../features.ts';
import { namesIn } from './columns.ts';
import { type Centres, layoutOf, type Roles, rowsOf, writeRow } from './design.ts';

/** What is kept of a product: all that predicting needs. What is not known is null. */
export interface ProductModel {
  readonly name: readonly string[];
  readonly days: number;
  readonly trustworthy: boolean;
  readonly elasticity: readonly [value: number, low: number, high: number] | null;
  /** Once the rival has answered. */
  readonly answered: ProductModel['elasticity'];
  readonly naive: number | null;
  readonly rival: number | null;
  readonly reaction: number | null;
  /** What logarithms are counted from: of units, of the own and of the rival's price. */
  readonly level: number;
  readonly centres: Centres;
  /** Of the columns of the layout. */
  readonly terms: readonly number[] | null;
  readonly deviation: number;
  readonly spread: number;
  readonly quantile: number;
}
export interface ElasticityModel {
  readonly roles: Roles;
  readonly products: readonly ProductModel[];
  /** Of a product that was not there. */
  readonly unseen: ProductModel['elasticity'];
}

/** What is predicted of a row, in this order. */
export const predictedNames = [
  'expected_units',
  'expected_units_low',
  'expected_units_high',
  'elasticity',
  'elasticity_low',
  'elasticity_high',
  'elasticity_then',
  'elasticity_then_low',
  'elasticity_then_high',
  'elasticity_naive',
  'rival_elasticity',
  'rival_reaction',
  'days_used',
  'trustworthy',
] as const;

type Columns = Readonly<Record<string, FeatureColumn>>;

/**
 * For each name a number for each row, NaN where nothing is known. Units of a day in stock at the row's price: the mean of the lognormal distribution,
 * exp(μ + σ²/2), and its quantiles, wider by what is not known of the terms.
 */
export function elasticityPredictor({
  roles,
  products,
  unseen,
}: ElasticityModel): (columns: Columns, rows: number) => readonly Float64Array[] {
  const layout = layoutOf(roles);
  const known = new Map(products.map((product) => [keyOf(product.name), product]));
  return (columns, count) => {
    const rows = rowsOf(columns, layout);
    const { codes, names } = namesIn(columns, layout.by);
    const own = names.map((name) => known.get(keyOf(name)));
    const found = predictedNames.map(() => new Float64Array(count).fill(Number.NaN));
    const [expected, low, high, ...rest] = found as [Float64Array, Float64Array, Float64Array, ...Float64Array[]];
    const constants = own.map((product) => constantsOf(product, unseen));
    const into = new Float64Array(layout.size);
    for (let row = 0; row < count; row += 1) {
      const code = codes[row] as number;
      const values = constants[code] as readonly number[];
      for (let at = 0; at < rest.length; at += 1) (rest[at] as Float64Array)[row] = values[at] as number;
      const product = own[code];
      if (!product?.terms) continue;
      const { terms, centres, level, deviation, spread, quantile } = product;
      writeRow(rows, row, { layout, centres, into, at: 0 });
      const middle = level + dot(terms, into);
      expected[row] = Math.exp(middle + deviation ** 2 / 2);
      low[row] = Math.exp(middle - quantile * spread);
      high[row] = Math.exp(middle + quantile * spread);
    }
    return found;
  };
}
const none = [Number.NaN, Number.NaN, Number.NaN];

/** What is the same of all rows of a product. */
function constantsOf(product: ProductModel | undefined, unseen: ElasticityModel['unseen']): readonly number[] {
  if (!product) return [...(unseen ?? none), ...(unseen ?? none), ...none, 0, 0];
  const { elasticity, answered, naive, rival, reaction, days, trustworthy } = product;
  const known = [naive, rival, reaction].map((value) => value ?? Number.NaN);
  return [...(elasticity ?? none), ...(answered ?? elasticity ?? none), ...known, days, trustworthy ? 1 : 0];
}

function dot(terms: readonly number[], values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < terms.length; at += 1) sum += (terms[at] as number) * (values[at] as number);
  return sum;
}

/** Products are told apart by what their values are called. */
export const keyOf = (name: readonly string[]): string => name.join('\u0000');
