import type { Columns } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Definition } from './definition.ts';
import type { AnyRows, Setting } from './rows.ts';
import type { AnySource } from './source.ts';
import type { AnyTable } from './table.ts';

/** A number that can be measured. */
type Measure =
  | { readonly measure: 'rows' | 'invalid share'; readonly of: readonly Definition<string>[] }
  | { readonly measure: 'rows of a query' | 'scalar'; readonly of: readonly Definition[]; readonly query: AnyRows };

/** A limit on a measure. A check holds back rows by it. */
export interface Limit {
  readonly measure: Measure;
  readonly sign: '>=' | '<=';
  readonly bound: number | Setting<number>;
  readonly of: readonly Definition[];
}

const isNumber = (bound: unknown): boolean =>
  (typeof bound === 'number' && !Number.isNaN(bound)) ||
  (typeof bound === 'object' && bound !== null && 'setting' in bound && numeric.has(kindOf(bound as Setting<number>)));
const numeric = new Set(['integer', 'bigint', 'real', 'decimal']);
const kindOf = ({ of, setting }: Setting<number>): string =>
  (of as unknown as { readonly columns: Columns }).columns[setting]?.facts.kind ?? '';

const boundWrong = (bound: unknown): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: 'A limit has no number to compare with.',
    got: typeof bound === 'object' && bound !== null && 'setting' in bound ? String(bound.setting) : String(bound),
    allowed: 'a number, or a setting that is one',
    next: 'Correct the second argument of atLeast(…) or atMost(…).',
  });

const limit = (measure: Measure, sign: Limit['sign'], bound: number | Setting<number>): Limit => {
  const settings = typeof bound === 'object' ? [bound.of] : [];
  if (!isNumber(bound)) throw boundWrong(bound);
  return Object.freeze({
    measure: Object.freeze(measure),
    sign,
    bound,
    of: Object.freeze([...measure.of, ...settings]),
  });
};
export const atLeast = (measure: Measure, bound: number | Setting<number>): Limit => limit(measure, '>=', bound);
export const atMost = (measure: Measure, bound: number | Setting<number>): Limit => limit(measure, '<=', bound);
/** A query for rows that should not exist; the first of them are shown. */
export const expectNone = (query: AnyRows): Limit =>
  limit({ measure: 'rows of a query', of: query.reads, query }, '<=', 0);

/** Rows that the run brought, all these tables together. */
export const rowsIn = (...tables: readonly (AnyTable | AnySource)[]): Measure => ({ measure: 'rows', of: tables });
/** Share of the rows that the run set aside: invalid ÷ in; without rows it is not known, and the limit is not judged. */
export const invalidShare = (...tables: readonly AnyTable[]): Measure => ({ measure: 'invalid share', of: tables });
/** The one number of a query; no row or null: not known yet, and the limit is not judged. */
export const scalar = (query: AnyRows): Measure => ({ measure: 'scalar', of: query.reads, query });
