import type { Columns, NamesOf, Time } from '../columns/index.ts';
import type { Job } from './job.ts';
import type {
  AgeMeasure,
  CountMeasure,
  DriftMeasure,
  InertiaMeasure,
  JobMeasure,
  PublishedMeasure,
  QueryMeasure,
  VolumeMeasure,
} from './limit.ts';
import type { AnyModel } from './model.ts';
import type { AnyRows, Readable } from './rows.ts';
import type { AnySource } from './source.ts';
import type { AnyTable } from './table.ts';

// ---- of rows; but for `rowsIn`, several tables are measured one by one ----
/** Rows that the run brought, all these tables together. */
export const rowsIn = (...tables: readonly (AnyTable | AnySource)[]): CountMeasure => ({ measure: 'rows', of: tables });
/** Rows that the run brought, as a share of the median of the runs before: those of the same weekday, where there are three. */
export const volume = (...tables: readonly (AnyTable | AnySource)[]): VolumeMeasure => ({
  measure: 'volume',
  of: tables,
});
/** Share of the rows that the run set aside: invalid ÷ in; without rows it is not known, and the limit is not judged. */
export const invalidShare = (...tables: readonly AnyTable[]): CountMeasure => ({
  measure: 'invalid share',
  of: tables,
});
/** The one number of a query; no row or null: not known yet, and the limit is not judged. */
export const scalar = (query: AnyRows): QueryMeasure => ({ measure: 'scalar', of: query.reads, query });
/** Time since the newest value of a column; without rows it is not known. */
export const age = <C extends Columns>(of: Readable<C>, column: NamesOf<C, Time>): AgeMeasure => ({
  measure: 'age',
  of: of.reads,
  rows: of,
  column,
});

// ---- of rows beside those that a model was trained with ----
/**
 * How far the values of columns have moved from the rows that the champion was trained with, each column by itself: by `psi` (over the deciles of
 * those rows, or their words; from 0.1 a shift, from 0.2 one to act on) or `ks` (the largest distance of two shares, from 0 to 1; of numbers only).
 */
export const drift = <C extends Columns>(
  of: Readable<C>,
  how: {
    readonly from: AnyModel;
    /** By default the model's features; by `ks` those that are numbers. */
    readonly columns?: readonly (keyof C & string)[];
    readonly by?: 'psi' | 'ks';
  },
): DriftMeasure => {
  const { from, by = 'psi' } = how;
  const { features, from: trained } = from.facts;
  const isWord = (name: string): boolean => ['text', 'boolean'].includes(trained.columns[name]?.facts.kind ?? '');
  const columns = how.columns ?? features.filter((name) => by === 'psi' || !isWord(name));
  return { measure: 'drift', of: [...of.reads, from], rows: of, model: from, columns, by };
};
/** Mean squared distance of rows to the centre next to them, as a multiple of that of the champion's training rows; of a family by member. */
export const inertia = <C extends Columns>(model: AnyModel, how: { readonly of: Readable<C> }): InertiaMeasure => ({
  measure: 'inertia',
  of: [...how.of.reads, model],
  rows: how.of,
  model,
});

// ---- of models ----
/** For how long a store of `models` has been owed the champion of a model: each store and model one by one, 0 when it has it. */
export const unpublished = (): PublishedMeasure => ({ measure: 'unpublished', of: [] });

// ---- of runs ----
/** How long a run took, or has taken so far, since it was begun or gone on with last. */
export const duration = (of: Job): JobMeasure<'duration'> => ({ measure: 'duration', of: [of] });
/** Runs in a row that failed, up to the last: 0 when it succeeded, and no later day is failed. */
export const failures = (of: Job): JobMeasure<'failures'> => ({ measure: 'failures', of: [of] });
