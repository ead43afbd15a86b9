import type { Roles } from './design.ts';
import type { Elasticities, Product } from './estimate.ts';
import { bounded } from './interval.ts';
import { unseen } from './pool.ts';
import type { ElasticityModel, ProductModel } from './predict.ts';

/** What is kept of what was found. */
export function modelOf({ pool, products }: Elasticities, roles: Roles, level: number): ElasticityModel {
  const other = pool && bounded(unseen(pool), pool.count - 1, level);
  return {
    roles,
    products: products.map(productOf),
    unseen: other ? [other.value, other.low, other.high] : null,
  };
}

function productOf(product: Product): ProductModel {
  const { name, days, used, elasticity, answered, naive, rival, reaction, fit, trustworthy } = product;
  return {
    ...{ name, days: used, trustworthy, level: days.level, centres: days.centres },
    elasticity: elasticity ? [elasticity.value, elasticity.low, elasticity.high] : null,
    answered: answered ? [answered.value, answered.low, answered.high] : null,
    naive: naive?.value ?? null,
    rival: rival?.value ?? null,
    reaction: reaction?.value ?? null,
    terms: fit ? [...fit.coefficients] : null,
    deviation: fit?.deviation ?? 0,
    spread: fit?.spread ?? 0,
    quantile: fit?.quantile ?? 0,
  };
}

/** Rows of the table inside: a product each. */
export const insideOf = (
  { products }: Elasticities,
  by: readonly string[],
): readonly Readonly<Record<string, number | string | null>>[] =>
  products.map(({ name, days, used, own, elasticity, answered, naive, rival, reaction, trustworthy }) => ({
    ...Object.fromEntries(by.map((column, at) => [column, name[at] as string])),
    elasticity: elasticity?.value ?? null,
    elasticity_low: elasticity?.low ?? null,
    elasticity_high: elasticity?.high ?? null,
    std_error: elasticity?.standardError ?? null,
    elasticity_then: answered?.value ?? null,
    elasticity_then_low: answered?.low ?? null,
    elasticity_then_high: answered?.high ?? null,
    own_elasticity: own?.value ?? null,
    own_std_error: own?.standardError ?? null,
    elasticity_naive: naive?.value ?? null,
    naive_low: naive?.low ?? null,
    naive_high: naive?.high ?? null,
    rival_elasticity: rival?.value ?? null,
    rival_std_error: rival?.standardError ?? null,
    rival_reaction: reaction?.value ?? null,
    reaction_std_error: reaction?.standardError ?? null,
    days_used: used,
    days_sold_out: days.counts.soldOut,
    days_without_stock: days.counts.withoutStock,
    days_without_sale: days.counts.unsold,
    trustworthy: trustworthy ? 1 : 0,
  }));
