import type { Bounds, CensoredFit } from './censored.ts';
import { noDay } from './columns.ts';
import { type Days, type Source, saidBy } from './days.ts';
import { writeRow } from './design.ts';
import { hazard } from './normal.ts';

/** Days further apart than that are taken to know nothing of each other. */
const mostLags = 40;

/**
 * What each day moves the last coefficient by, one day after the other, days without a row being 0: its score times the inverse information. Their squares
 * sum to the variance of White (1980), and with the products of neighbours to that of Newey and West (1987).
 */
export function movesOf(
  source: Source & { readonly day: Int32Array },
  rows: Int32Array,
  {
    days,
    bounds,
    fit,
  }: { readonly days: Pick<Days, 'centres' | 'level'>; readonly bounds: Bounds; readonly fit: CensoredFit },
): Float64Array {
  const { layout, logUnits, day } = source;
  const { size } = layout;
  const { coefficients, influence } = fit;
  const { direction, theta, counts } = influence;
  const ofTheta = direction[size] as number;
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of rows) {
    const at = day[row] as number;
    if (at === noDay) continue;
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  const moves = new Float64Array(Math.max(0, last - first + 1));
  const into = new Float64Array(size);
  let place = 0;
  for (const row of rows) {
    const said = saidBy(source, row);
    const isBounded = said === 'at least' || said === 'at most';
    if (said !== 'exactly' && !isBounded) continue;
    const bound = isBounded ? place : -1;
    if (isBounded) place += 1;
    if ((isBounded && counts[bound] !== 1) || day[row] === noDay) continue;
    writeRow(source, row, { layout, centres: days.centres, into, at: 0 });
    let [middle, along] = [0, 0];
    for (let column = 0; column < size; column += 1) {
      const value = into[column] as number;
      middle += value * (coefficients[column] || 0);
      along += value * (direction[column] as number);
    }
    const target = isBounded ? (bounds.targets[bound] as number) : (logUnits[row] as number) - days.level;
    const left = theta * (target - middle);
    const side = isBounded ? (bounds.sides[bound] as number) : 0;
    const slope = isBounded ? side * hazard(side * left) : left;
    const byTheta = isBounded ? -slope * target : 1 / theta - target * left;
    const at = (day[row] as number) - first;
    moves[at] = (moves[at] as number) + slope * along + ofTheta * byTheta;
  }
  return moves;
}

/** Σ move(t) move(t + lag) for each lag from 0 on. */
export function autocovariances(moves: Float64Array, lags = mostLags): Float64Array {
  const found = new Float64Array(lags + 1);
  for (let lag = 0; lag <= lags; lag += 1)
    for (let at = 0; at + lag < moves.length; at += 1)
      found[lag] = (found[lag] as number) + (moves[at] as number) * (moves[at + lag] as number);
  return found;
}

/** Bartlett's weights: Σ of all products of days at most `lags` apart, the less the further apart. */
export function longRun(covariances: ArrayLike<number>, lags: number): number {
  let sum = covariances[0] as number;
  for (let lag = 1; lag <= lags; lag += 1) sum += 2 * (1 - lag / (lags + 1)) * (covariances[lag] as number);
  return sum;
}

/** How far apart days are looked at: as many as is best where a day remembers the one before by that correlation (Andrews, 1991, for Bartlett's weights). */
export function lagsFor(correlation: number, days: number): number {
  const most = Math.min(0.97, Math.abs(correlation));
  const strength = (4 * most ** 2) / (1 - most ** 2) ** 2;
  return Math.min(mostLags, Math.floor(1.1447 * (strength * days) ** (1 / 3)));
}

/** By how much a variance is greater because days resemble their neighbours, as the days of all products together say it; never below 1. */
export function serialRatio(
  products: readonly { readonly covariances: Float64Array; readonly days: number }[],
): number {
  const known = products.filter(({ covariances }) => (covariances[0] as number) > 0);
  if (known.length === 0) return 1;
  const days = known.reduce((sum, { days: own }) => sum + own, 0) / known.length;
  const correlations = Float64Array.from(
    { length: mostLags + 1 },
    (_, lag) =>
      known.reduce((sum, { covariances }) => sum + (covariances[lag] as number) / (covariances[0] as number), 0) /
      known.length,
  );
  const lags = lagsFor(correlations[1] as number, days);
  return Math.max(1, longRun(correlations, lags) * (lags === 0 ? 1 : lookedAt((lags + 1) / days) ** 2));
}

/**
 * By how much errors are wider because the days that are looked at are a share of all that is not small: quantiles for Bartlett's weights beside normal ones
 * (Kiefer and Vogelsang, 2005, "A new asymptotic theory for heteroskedasticity-autocorrelation robust tests", table 1, of 97.5 %).
 */
const lookedAt = (share: number): number => (1.96 + 2.9694 * share + 0.416 * share ** 2 - 0.5324 * share ** 3) / 1.96;
