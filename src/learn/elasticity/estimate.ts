import { type CensoredFit, censoredRegression } from './censored.ts';
import { boundsOf, type Days, daysOf, type Source } from './days.ts';
import type { Layout } from './design.ts';
import type { Moments } from './moments.ts';
import { type Estimate, type Pool, pooled, poolOf, unseen } from './pool.ts';
import { studentQuantile } from './student.ts';

/** An estimate, and between what bounds it is. */
export interface Interval extends Estimate {
  readonly low: number;
  readonly high: number;
}

/** What was found of one product. */
export interface Product {
  /** Its values of the columns that tell products apart. */
  readonly name: readonly string[];
  readonly days: Pick<Days, 'centres' | 'level' | 'counts'>;
  /** Days that count. */
  readonly used: number;
  /** Of its own days alone: nothing where its price did not move but with something else. */
  readonly own: Estimate | undefined;
  /** Drawn towards that of all products; nothing where there is no such either. */
  readonly elasticity: Interval | undefined;
  /** Of the logarithms of units and price, with nothing else held. */
  readonly naive: Interval | undefined;
  /** By how many percent demand rises with one percent of the rival's price. */
  readonly rival: Estimate | undefined;
  /** By how many percent the rival's price follows one percent of the own. */
  readonly reaction: Estimate | undefined;
  /** The other terms where the elasticity is as above, of every column of the layout; nothing where days do not suffice. */
  readonly fit: Fit | undefined;
  readonly trustworthy: boolean;
}
export interface Fit {
  readonly coefficients: Float64Array;
  /** Of the logarithm of a day's units. */
  readonly deviation: number;
  /** The same with what is not known of the coefficients, on average over the days. */
  readonly spread: number;
  /** Of Student's distribution, for the bounds. */
  readonly quantile: number;
}
export interface Elasticities {
  readonly pool: Pool | undefined;
  readonly products: readonly Product[];
}
export interface Wanted {
  /** Of the intervals; 0.95: 19 of 20 have the truth in them. */
  readonly level: number;
  /** Days without which an elasticity is not trustworthy. */
  readonly least: number;
}

/** Elasticities of all products: each by itself first, then drawn towards their mean, then its other terms once more beside that. */
export function elasticitiesOf(
  source: Source,
  products: readonly { readonly name: readonly string[]; readonly rows: Int32Array }[],
  wanted: Wanted,
): Elasticities {
  const { layout } = source;
  // Of a hundred thousand products much is a gigabyte: what the second fit needs is kept until then, and nothing else.
  const first = products.map(({ name, rows }) => {
    const { naive, prices, ...days } = daysOf(source, rows);
    const fit = censoredRegression(days.exact, boundsOf(source, days));
    const own = estimateAt(fit, layout.priceAt);
    return {
      ...{ name, days, own, used: fit?.count ?? 0, freedom: fit?.freedom ?? 0 },
      sure: own && fit && ofDays(own, fit.freedom),
      naive: naiveOf(naive, wanted.level),
      reaction: prices && reactionOf(prices, layout),
    };
  });
  const pool = poolOf(first.flatMap(({ sure }) => sure ?? []));
  const second = first.map(({ sure, freedom, ...one }) => {
    const found = pool ? (sure ? pooled(sure, pool) : unseen(pool)) : one.own;
    const elasticity = found && bounded(found, pool && !sure ? pool.count - 1 : freedom, wanted.level);
    const rest = elasticity && heldAt(source, one.days, elasticity.value);
    return { ...one, elasticity, rest };
  });
  const events = layout.events.map((_, event) =>
    poolOf(second.flatMap(({ rest }) => estimateAt(rest, layout.eventsAt + event) ?? [])),
  );
  return {
    pool,
    products: second.map(({ name, days, own, used, naive, reaction, elasticity, rest }) => ({
      ...{ name, own, used, naive, reaction, elasticity },
      days: { centres: days.centres, level: days.level, counts: days.counts },
      rival: layout.rival === undefined ? undefined : estimateAt(rest, layout.rivalAt + 1),
      fit: elasticity && rest && completed(rest, { days, layout, events, elasticity, level: wanted.level }),
      trustworthy: own !== undefined && rest !== undefined && used >= wanted.least,
    })),
  };
}

function estimateAt(fit: CensoredFit | undefined, column: number): Estimate | undefined {
  const value = fit?.coefficients[column] ?? Number.NaN;
  const standardError = fit?.standardErrors[column] ?? Number.NaN;
  return Number.isFinite(value) && standardError > 0 && Number.isFinite(standardError)
    ? { value, standardError }
    : undefined;
}

/** As uncertain as Student's distribution is wide: a few days that happen to fit say little. Of one with two degrees of freedom nobody knows how uncertain it is. */
const ofDays = ({ value, standardError }: Estimate, freedom: number): Estimate | undefined =>
  freedom > 2 ? { value, standardError: standardError * Math.sqrt(freedom / (freedom - 2)) } : undefined;

/** Between what bounds an estimate is, by Student's distribution. */
export function bounded({ value, standardError }: Estimate, freedom: number, level: number): Interval {
  const wide = quantileOf(freedom, level) * standardError;
  return { value, standardError, low: value - wide, high: value + wide };
}
const quantiles = new Map<string, number>();
function quantileOf(freedom: number, level: number): number {
  const key = `${freedom} ${level}`;
  const known = quantiles.get(key) ?? studentQuantile((1 + level) / 2, freedom);
  quantiles.set(key, known);
  return known;
}

const nothing = { values: new Float64Array(), stride: 2, targets: new Float64Array(), sides: new Int8Array() };

/** Ordinary least squares of the logarithm of units on that of the price. */
export function naiveOf(moments: Moments, level: number): Interval | undefined {
  const fit = censoredRegression(moments, nothing);
  const found = estimateAt(fit, 1);
  return found && fit && bounded(found, fit.freedom, level);
}

/** The rival's price by the own, with events and seasons held: both may answer to these. */
function reactionOf(prices: Moments, { rivalAt, priceAt }: Layout): Estimate | undefined {
  const controls = Array.from({ length: rivalAt }, (_, column) => column);
  const fit = censoredRegression(prices.towards(rivalAt + 1).of([...controls, priceAt]), nothing);
  return estimateAt(fit, rivalAt);
}

/** Of days what their fits need. */
type Fitted = Omit<Days, 'naive' | 'prices'>;

/** All but the price, whose effect is known. */
function heldAt(source: Source, days: Fitted, elasticity: number): CensoredFit | undefined {
  const { priceAt } = source.layout;
  const bounds = boundsOf(source, days);
  const { values, stride, targets } = bounds;
  const others = Array.from({ length: priceAt }, (_, column) => column);
  const left = targets.map((target, day) => target - elasticity * (values[day * stride + priceAt] as number));
  return censoredRegression(days.exact.less(priceAt, elasticity).of(others), { ...bounds, targets: left });
}

function completed(
  { coefficients, deviation, count, freedom }: CensoredFit,
  of: {
    readonly days: Fitted;
    readonly layout: Layout;
    readonly events: readonly (Pool | undefined)[];
    readonly elasticity: Interval;
    readonly level: number;
  },
): Fit {
  const { layout, events, elasticity, level } = of;
  const { exact } = of.days;
  const found = new Float64Array(layout.size);
  found.set(coefficients.map((value) => (Number.isNaN(value) ? 0 : value)));
  found[layout.priceAt] = elasticity.value;
  // An event that the product has not had: as of the others.
  for (const [event, pool] of events.entries()) {
    const at = layout.eventsAt + event;
    if (exact.square(at, at) === 0) found[at] = pool?.mean ?? 0;
  }
  // Of each season about its mean over the days, so that a month that the product has not had is a usual one.
  for (const [season, { words }] of layout.season.entries()) {
    const places = words.map((_, word) => (layout.seasonsAt[season] as number) + word);
    const seen = places.filter((at) => exact.square(at, at) > 0);
    const days = seen.reduce((sum, at) => sum + exact.square(at, at), 0);
    const mean = seen.reduce((sum, at) => sum + exact.square(at, at) * (found[at] as number), 0) / days;
    if (days === 0) continue;
    found[0] = (found[0] as number) + mean;
    for (const at of seen) found[at] = (found[at] as number) - mean;
  }
  return {
    coefficients: found,
    deviation,
    spread: deviation * Math.sqrt(1 + (count - freedom) / count),
    quantile: quantileOf(freedom, level),
  };
}
