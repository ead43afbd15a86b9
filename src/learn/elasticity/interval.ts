import type { CensoredFit } from './censored.ts';
import type { Estimate } from './pool.ts';
import { studentQuantile } from './student.ts';

/** An estimate, and between what bounds it is. */
export interface Interval extends Estimate {
  readonly low: number;
  readonly high: number;
}

/** Of a column of the design; nothing where it has no coefficient. */
export function estimateAt(fit: CensoredFit | undefined, column: number): Estimate | undefined {
  const value = fit?.coefficients[column] ?? Number.NaN;
  const standardError = fit?.standardErrors[column] ?? Number.NaN;
  return Number.isFinite(value) && standardError > 0 && Number.isFinite(standardError)
    ? { value, standardError }
    : undefined;
}

export const widened = (estimate: Estimate | undefined, by: number): Estimate | undefined =>
  estimate && { value: estimate.value, standardError: estimate.standardError * by };

/** As uncertain as Student's distribution is wide: a few days that happen to fit say little. Of one with two degrees of freedom nobody knows how uncertain it is. */
export const ofDays = (
  estimate: Estimate | undefined,
  { freedom }: { readonly freedom: number } = { freedom: 0 },
): Estimate | undefined => (freedom > 2 ? widened(estimate, Math.sqrt(freedom / (freedom - 2))) : undefined);

/** Between what bounds an estimate is, by Student's distribution. */
export function bounded({ value, standardError }: Estimate, freedom: number, level: number): Interval {
  const wide = quantileOf(freedom, level) * standardError;
  return { value, standardError, low: value - wide, high: value + wide };
}
const quantiles = new Map<string, number>();
export function quantileOf(freedom: number, level: number): number {
  const key = `${freedom} ${level}`;
  const known = quantiles.get(key) ?? studentQuantile((1 + level) / 2, freedom);
  quantiles.set(key, known);
  return known;
}
