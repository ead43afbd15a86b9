import type { Columns, Duration, NamesOf, Time } from '../columns/index.ts';
import type { ErrorMeasure, LastDays, MissingMeasure } from './limit.ts';
import type { Readable } from './rows.ts';

/** Only rows of the last days of a column: `{ last: '14 days', at: 'date' }`, the run's date the last of them. */
export interface Over<C extends Columns> {
  readonly last: Duration;
  readonly at: NamesOf<C, Time>;
}
interface Beside<C extends Columns> {
  /** What came; a row that has none yet is not counted. */
  readonly actual: NamesOf<C, number | bigint>;
  readonly predicted: NamesOf<C, number | bigint>;
  /** Columns by whose values rows are segments: each is judged beside all rows together, and the worst counts. */
  readonly by?: readonly (keyof C & string)[];
  /** Rows without which nothing is judged, neither a segment nor all of them together. Default: 30 with `by`, else 1. */
  readonly least?: number;
  /** Default: all rows. */
  readonly over?: Over<C>;
}

/** Rows of a segment of which more than chance can be said. */
export const enough = 30;

const error =
  (measure: ErrorMeasure['measure']) =>
  <C extends Columns>(rows: Readable<C>, how: Beside<C>): ErrorMeasure => {
    const { actual, predicted, by = [], over } = how;
    const least = how.least ?? (by.length > 0 ? enough : 1);
    return { measure, of: rows.reads, rows, actual, predicted, by: Object.freeze([...by]), least, ...daysOf(over) };
  };

const daysOf = (over: LastDays | undefined): { readonly days?: LastDays } =>
  over === undefined ? {} : { days: Object.freeze({ ...over }) };

/**
 * Mean absolute percentage error: the mean of |predicted − actual| ÷ |actual|, as a share. A row whose actual is 0 has no percentage and is left out:
 * where there are many, `wape` says more.
 */
export const mape: <C extends Columns>(rows: Readable<C>, how: Beside<C>) => ErrorMeasure = error('mape');
/** Weighted absolute percentage error: Σ |predicted − actual| ÷ Σ |actual|, as a share; rows count as much as they sell. */
export const wape: <C extends Columns>(rows: Readable<C>, how: Beside<C>) => ErrorMeasure = error('wape');
/** Σ (predicted − actual) ÷ Σ |actual|: above 0 more was forecast than came, below 0 less. */
export const bias: <C extends Columns>(rows: Readable<C>, how: Beside<C>) => ErrorMeasure = error('bias');

/** Values that are not there as a share of the rows, of each column; without rows it is not known. */
export const missingShare = <C extends Columns>(
  rows: Readable<C>,
  how: {
    /** Default: those that are optional. */
    readonly columns?: readonly (keyof C & string)[];
    /** Default: all rows. */
    readonly over?: Over<C>;
  } = {},
): MissingMeasure => {
  const optional = Object.entries(rows.columns).flatMap(([name, { facts }]) => (facts.nullable ? [name] : []));
  const columns = Object.freeze([...(how.columns ?? optional)]);
  return { measure: 'missing share', of: rows.reads, rows, columns, ...daysOf(how.over) };
};
