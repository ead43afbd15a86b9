import { type Columns, type Duration, parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Setting } from './rows.ts';

const numeric = new Set(['integer', 'bigint', 'real', 'decimal']);
export const isSetting = (bound: unknown): bound is Setting<unknown> =>
  typeof bound === 'object' && bound !== null && 'setting' in bound;
const kindOf = ({ of, setting }: Setting<unknown>): string =>
  (of as unknown as { readonly columns: Columns }).columns[setting]?.facts.kind ?? '';

function isBound(bound: unknown, isTime: boolean): boolean {
  if (isSetting(bound)) return isTime ? kindOf(bound) === 'duration' : numeric.has(kindOf(bound));
  if (isTime) return typeof bound === 'string' && parseDuration(bound) !== undefined;
  return typeof bound === 'number' && !Number.isNaN(bound);
}

/** Throws DEFINITION_INVALID for a bound that is neither a number, or a time where it is to be one, nor a setting of that kind. */
export function refuseBound(what: string, bound: unknown, isTime: boolean): void {
  if (isBound(bound, isTime)) return;
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `${what} has no ${isTime ? 'time' : 'number'} to compare with.`,
    got: isSetting(bound) ? String(bound.setting) : String(bound),
    allowed: isTime
      ? "a duration such as '30 minutes', or a setting that is one"
      : 'a number, or a setting that is one',
    next: 'Correct the second argument of atLeast(…), atMost(…) or noWorse(…).',
  });
}

export type BoundOf<Value extends number | Duration> = Value | Setting<Value>;
