import { Chance } from '../../../chance.ts';
import type { EventName } from '../../definitions/1-events.ts';
import type { Plan } from './options.ts';

/** What is true of a product, and what every estimate is held to. */
export interface Product {
  readonly sku: string;
  /** Percent of demand for each percent of its price. */
  readonly elasticity: number;
  /** The same of the cheapest competitor's price. */
  readonly cross: number;
  /** What competitors take over of each move of our price, three days later. */
  readonly reaction: number;
  /** What is added to the logarithm of demand on such a day. */
  readonly lift: Readonly<Record<EventName, number>>;
  /** By month, from January. */
  readonly season: readonly number[];
  /** Around which its price moves, in every region. */
  readonly price: number;
  readonly cost: number;
  /** The logarithm of its demand at that price, by region. */
  readonly demand: readonly number[];
  /** It sells a piece or two a day, so that a day without a sale is nothing unusual. */
  readonly slow: boolean;
  /** A price war is planned for it. */
  readonly contested: boolean;
}

export const competitors = Object.freeze(['alfa', 'beta'] as const);
export type Competitor = (typeof competitors)[number];
export const regionOf = (region: number): string => `r${String(region + 1).padStart(2, '0')}`;

export function productOf({ seed, regions }: Plan, number: number): Product {
  const sku = `sku-${String(number + 1).padStart(5, '0')}`;
  const chance = new Chance(seed, sku);
  const around = (mean: number, spread: number): number => mean + spread * chance.normal();
  const [slow, price] = [number % 20 === 19, Math.round(chance.between(8, 60) * 100) / 100];
  return {
    sku,
    elasticity: around(-2.6, 0.4),
    cross: around(0.5, 0.12),
    reaction: Math.min(1, Math.max(0, around(0.7, 0.1))),
    lift: { black_friday: around(1.4, 0.15), natal: around(0.8, 0.15), feriado: around(0.8, 0.15) },
    season: Array.from({ length: 12 }, () => around(0, 0.15)),
    price,
    cost: Math.round(price * chance.between(0.5, 0.62) * 100) / 100,
    demand: Array.from({ length: regions }, () => (slow ? around(0.3, 0.2) : around(4, 0.4))),
    slow,
    contested: number % 8 === 3,
  };
}

export const productsOf = (plan: Plan): readonly Product[] =>
  Array.from({ length: plan.products }, (_, number) => productOf(plan, number));
