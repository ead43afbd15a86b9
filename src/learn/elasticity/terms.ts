import { type CensoredFit, censoredRegression } from './censored.ts';
import { boundsOf, type Days, type Source } from './days.ts';
import type { Layout } from './design.ts';
import { quantileOf } from './interval.ts';
import type { Pool } from './pool.ts';

export interface Fit {
  readonly coefficients: Float64Array;
  /** Of the logarithm of a day's units. */
  readonly deviation: number;
  /** The same with what is not known of the coefficients, on average over the days. */
  readonly spread: number;
  /** Of Student's distribution, for the bounds. */
  readonly quantile: number;
}
/** Of days what their fits need. */
export type Fitted = Omit<Days, 'naive' | 'prices'>;

/** All but what is known of some columns; these have no estimate. */
export function restBeside(source: Source, days: Fitted, held: ReadonlyMap<number, number>): CensoredFit | undefined {
  const { exact } = days;
  const bounds = boundsOf(source, days);
  const { values, stride, targets } = bounds;
  const others = Array.from({ length: exact.size }, (_, column) => column).filter((column) => !held.has(column));
  let left = exact;
  for (const [column, coefficient] of held) {
    left = left.less(column, coefficient);
    for (let day = 0; day < targets.length; day += 1)
      targets[day] = (targets[day] as number) - coefficient * (values[day * stride + column] as number);
  }
  return censoredRegression(left, bounds, others);
}

/** With a term for every column of the layout, whatever the product has had. */
export function completed(
  { coefficients, deviation, count, freedom }: CensoredFit,
  of: {
    readonly days: Fitted;
    readonly layout: Layout;
    readonly events: readonly (Pool | undefined)[];
    readonly held: ReadonlyMap<number, number>;
    readonly level: number;
  },
): Fit {
  const { layout, events, held, level } = of;
  const { exact } = of.days;
  const found = new Float64Array(layout.size);
  found.set(coefficients.map((value) => (Number.isNaN(value) ? 0 : value)));
  for (const [column, value] of held) found[column] = value;
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
