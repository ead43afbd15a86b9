import type { Columns, Duration, NamesOf, Time } from '../columns/index.ts';
import type { Endpoint } from './endpoint.ts';
import type { Job } from './job.ts';
import type {
  AgeMeasure,
  CountMeasure,
  DegradationMeasure,
  FallbackMeasure,
  InertiaMeasure,
  JobMeasure,
  LatencyMeasure,
  PublishedMeasure,
  QueryMeasure,
  RejectedMeasure,
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
/** Mean squared distance of rows to the centre next to them, as a multiple of that of the champion's training rows; of a family by member. */
export const inertia = <C extends Columns>(model: AnyModel, how: { readonly of: Readable<C> }): InertiaMeasure => ({
  measure: 'inertia',
  of: [...how.of.reads, model],
  rows: how.of,
  model,
});

// ---- of models ----
/**
 * By how much the champion's own version does worse than the versions before it, as far as that is certain: 0 while nothing is. `of` is what came of
 * each prediction, between two ends: true or false, or a number whose column has `min` and `max`; the mean of it is compared, the greater the better.
 * It may be looked at as often as one likes: of a version that is worse by no more than the limit says, it goes above the limit with probability `level`
 * at most, however long the version lives.
 */
export const degradation = <C extends Columns>(
  rows: Readable<C>,
  how: {
    readonly model: AnyModel;
    readonly of: NamesOf<C, boolean | number>;
    /** Columns with the version that predicted, and when; the champion's rows count from when it became the champion. */
    readonly version: NamesOf<C, string>;
    readonly at: NamesOf<C, Temporal.Instant>;
    /** The column that is `champion` where the champion answered. Default: `role`, where the rows have it. */
    readonly role?: NamesOf<C, string>;
    /** How often a good version may be called worse in its life, as a share. Default: 0.05. */
    readonly level?: number;
    /** Samples without which it is not known. Default: 200. */
    readonly least?: number;
    /** When what came of a prediction does not change any more: rows count once they are so old. Default: at once. */
    readonly matures?: Duration;
    /** How far back from when it became the champion the versions before it are looked at. Default: 28 days. */
    readonly before?: Duration;
    /** The least and the greatest value, where the column does not say so. */
    readonly range?: readonly [number, number];
  },
): DegradationMeasure => {
  const { model, of: column, version, at, range } = how;
  const { level = 0.05, least = 200, matures = '0 minutes', before = '28 days' } = how;
  const role = how.role ?? ('role' in (rows.columns ?? {}) ? 'role' : undefined);
  return {
    ...{ measure: 'degradation', of: [...rows.reads, model], rows, model, column, version, at },
    ...{ level, least, matures, before },
    ...(role === undefined ? {} : { role }),
    ...(range ? { range: Object.freeze(range) } : {}),
  };
};
/** For how long a store of `models` has been owed the champion of a model: each store and model one by one, 0 when it has it. */
export const unpublished = (): PublishedMeasure => ({ measure: 'unpublished', of: [] });

// ---- of people ----
/**
 * Rows that people rejected, as a share of all that they answered within that time, by `t.approvedBy(…)`; what approves itself is not counted, and without
 * answers it is not known.
 */
export const rejectedShare = (
  of: AnyTable,
  { last = '7 days' }: { readonly last?: Duration } = {},
): RejectedMeasure => ({
  measure: 'rejected share',
  of: [of],
  last,
});

// ---- of runs ----
/** How long a run took, or has taken so far, since it was begun or gone on with last. */
export const duration = (of: Job): JobMeasure<'duration'> => ({ measure: 'duration', of: [of] });
/** Runs in a row that failed, up to the last: 0 when it succeeded, and no later day is failed. */
export const failures = (of: Job): JobMeasure<'failures'> => ({ measure: 'failures', of: [of] });

// ---- of endpoints ----
/** Requests of the last time that the fallback answered, or nothing did, as a share; without requests it is not known. */
export const fallbackShare = (
  of: Endpoint,
  { over = '1 day' }: { readonly over?: Duration } = {},
): FallbackMeasure => ({ measure: 'fallback share', of: [of], over });
/** How long answers of the last time took, by the endpoint's own clock; without requests it is not known. */
export const servedLatency = (
  of: Endpoint,
  quantile: 'p50' | 'p95' | 'p99',
  { over = '1 day' }: { readonly over?: Duration } = {},
): LatencyMeasure => ({ measure: 'served latency', of: [of], quantile, over });
