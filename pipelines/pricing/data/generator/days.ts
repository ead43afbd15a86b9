import { Chance } from '../../../chance.ts';
import { dayOf, type Plan } from './options.ts';
import { type Competitor, competitors, type Product } from './products.ts';

/** A day of a product in a region, as it was. */
export interface ProductDay {
  readonly product: Product;
  readonly region: number;
  readonly price: number;
  readonly rivals: Readonly<Record<Competitor, number>>;
  /** Pieces that people wanted. */
  readonly wanted: number;
  readonly opening: number;
  /** What they got. */
  readonly units: number;
  readonly closing: number;
}

/** What whoever plans prices puts on or takes off, and for which reason people notice: in the logarithm. */
const markup = { black_friday: -0.3, natal: 0.15, feriado: 0.18 } as const;
/** The spread of demand that nobody can explain, in the logarithm. */
const noise = 0.12;
/** So many days after our price a competitor's follows. */
const follows = 3;
const warDays = 28;

export function productDay(plan: Plan, product: Product, place: { region: number; day: number }): ProductDay {
  const { region, day } = place;
  const { price: usual, elasticity, cross, lift, season } = product;
  const { date, month, event } = dayOf(plan, day);
  const chance = new Chance(plan.seed, `${product.sku} ${region} ${date}`);
  const price = cents(usual * Math.exp(planned(plan, product, day)));
  const asked = competitors.map((one) => [one, rivalPrice(plan, product, { one, region, day })] as const);
  const cheapest = Math.min(...asked.map(([, one]) => one));
  const isOther = day >= plan.regime;
  const logarithm =
    (product.demand[region] as number) -
    (isOther ? 0.6 : 0) +
    elasticity * (isOther ? 0.6 : 1) * Math.log(price / usual) +
    cross * Math.log(cheapest / usual) +
    (event ? lift[event] : 0) +
    (season[month - 1] as number) +
    noise * chance.normal();
  const wanted = product.slow ? chance.poisson(Math.exp(logarithm)) : Math.round(Math.exp(logarithm));
  const usualStock = Math.exp((product.demand[region] as number) + Math.log(1.4) + 0.15 * chance.normal());
  const opening = isCutOff(plan, product, place) ? 0 : Math.max(product.slow ? 3 : 1, Math.round(usualStock));
  const units = Math.min(wanted, opening);
  return {
    ...{ product, region, price, wanted, opening, units, closing: opening - units },
    rivals: Object.fromEntries(asked) as Record<Competitor, number>,
  };
}

/** Where our price stands beside the usual one, in the logarithm: another each week, higher with demand, and in a price war lower every fourth day. */
function planned(plan: Plan, product: Product, day: number): number {
  if (product.contested && day >= plan.war && day < plan.war + warDays) return cut(plan, day);
  return ofWeek(plan, product, day) + ofEvent(plan, day);
}
const cut = (plan: Plan, day: number): number => -0.04 * (1 + Math.floor((day - plan.war) / 4));
function ofWeek(plan: Plan, { sku, season }: Product, day: number): number {
  const { monday } = dayOf(plan, day);
  return (
    0.08 * new Chance(plan.seed, `${sku} price ${monday.date}`).normal() + 0.3 * (season[monday.month - 1] as number)
  );
}
function ofEvent(plan: Plan, day: number): number {
  const { event } = dayOf(plan, day);
  return event ? markup[event] : 0;
}

/** What a competitor asks: moves of his own, another each week, a part of ours of some days before, but for events; in a price war less than we have just asked. */
export function rivalPrice(
  plan: Plan,
  product: Product,
  { one, region, day }: { readonly one: Competitor; readonly region: number; readonly day: number },
): number {
  const { sku, price, reaction, contested } = product;
  const own = 0.06 * new Chance(plan.seed, `${sku} ${region} ${one} ${Math.floor((day + 3) / 7)}`).normal();
  const halved = one === 'beta' && day >= plan.halved ? Math.log(2) : 0;
  const isWar = contested && day > plan.war && day <= plan.war + warDays;
  const answered = isWar ? cut(plan, day - 1) - 0.03 : reaction * ofWeek(plan, product, day - follows) + own;
  return cents(price * Math.exp(answered - halved));
}

/** Three days in about a hundred nothing has come, and there is nothing to sell. */
function isCutOff({ seed }: Plan, { sku }: Product, { region, day }: { region: number; day: number }): boolean {
  return day % 10 < 3 && new Chance(seed, `${sku} ${region} supply ${Math.floor(day / 10)}`).next() < 0.04;
}

const cents = (amount: number): number => Math.max(0.01, Math.round(amount * 100) / 100);
