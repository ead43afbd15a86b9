import { daysOfCells } from './cells.ts';
import { censoredRegression, unbounded } from './censored.ts';
import { boundsOf, daysOf, type Source } from './days.ts';
import type { Centres } from './design.ts';
import { bounded, estimateAt, type Interval } from './interval.ts';
import type { Moments } from './moments.ts';
import type { Estimate } from './pool.ts';
import { sameDay, within } from './reaction.ts';
import { autocovariances, movesOf } from './series.ts';

/** A product's days: its rows; or cells of days that are summed, and the rows of which only a bound is known. */
export interface OwnDays {
  readonly rows: Int32Array;
  readonly cells?: Int32Array;
}

/** What a product's own days say, as if each knew nothing of the one before. Of a hundred thousand products much is a gigabyte: nothing is kept but what is needed later. */
export function foundIn(source: Source, { rows, cells }: OwnDays, level: number) {
  const { layout, day } = source;
  const summed = cells && source.cells && daysOfCells(source.cells, cells, { layout, bounded: rows });
  const { naive, prices, ...days } = summed ?? daysOf(source, rows);
  const bounds = boundsOf(source, days);
  const fit = censoredRegression(days.exact, bounds);
  const own = estimateAt(fit, layout.priceAt);
  const covariance = layout.rival === undefined ? Number.NaN : (fit?.withLast[layout.rivalAt + 1] ?? Number.NaN);
  const moves = day && fit && own && movesOf({ ...source, day }, rows, { days, bounds, fit });
  return {
    days,
    ...{ used: fit?.count ?? 0, freedom: fit?.freedom ?? 0 },
    ...{ own, naive: naiveOf(naive, level) },
    rival: layout.rival === undefined ? undefined : estimateAt(fit, layout.rivalAt + 1),
    recent: layout.recentAt === undefined ? undefined : estimateAt(fit, layout.recentAt),
    /** By how much what demand does with the rival's price moves with the elasticity. */
    slope: own && Number.isFinite(covariance) ? covariance / own.standardError ** 2 : 0,
    /** Nothing where no rival's price was ever known. */
    reaction:
      prices && prices.count > 0 ? { of: reactionOf(source, rows, { prices, centres: days.centres }) } : undefined,
    inSeries: moves && fit && { covariances: autocovariances(moves), days: fit.count },
  };
}

/** Ordinary least squares of the logarithm of units on that of the price. */
export function naiveOf(moments: Moments, level: number): Interval | undefined {
  const fit = censoredRegression(moments, unbounded);
  const found = estimateAt(fit, 1);
  return found && fit && bounded(found, fit.freedom, level);
}

/** Where it is known in which order days came, with the time that a rival takes; where that cannot be told, as on the same day. */
function reactionOf(
  source: Source,
  rows: Int32Array,
  of: { readonly prices: Moments; readonly centres: Centres },
): Estimate | undefined {
  const { day, answerDays, layout } = source;
  const later = day && answerDays > 0 ? within({ ...source, day }, rows, { ...of, days: answerDays }) : undefined;
  return later ?? sameDay(of.prices, layout);
}
