import type { Duration } from '../columns/index.ts';
import { type BoundOf, isSetting, refuseBound } from './bound.ts';
import type { Definition } from './definition.ts';
import type { Endpoint } from './endpoint.ts';
import { type GateBound, gateLimit, isGateMeasure, type Judgeable, type LimitOn } from './gate.ts';
import type { Job } from './job.ts';
import type { AnyModel } from './model.ts';
import type { AnyReadable, AnyRows } from './rows.ts';

export interface CountMeasure {
  readonly measure: 'rows' | 'invalid share';
  readonly of: readonly Definition[];
}
export interface QueryMeasure {
  readonly measure: 'rows of a query' | 'scalar';
  readonly of: readonly Definition[];
  readonly query: AnyRows;
}
export interface VolumeMeasure {
  readonly measure: 'volume';
  readonly of: readonly Definition[];
}
export interface AgeMeasure {
  readonly measure: 'age';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly column: string;
}
/** The last days of a column, the run's date the last of them; of an instant its day in UTC. */
export interface LastDays {
  readonly last: Duration;
  readonly at: string;
}
/** Of what was forecast beside what came, of all rows together and of each segment. */
export interface ErrorMeasure {
  readonly measure: 'mape' | 'wape' | 'bias';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly actual: string;
  readonly predicted: string;
  readonly by: readonly string[];
  /** Rows without which neither a segment nor all together are judged. */
  readonly least: number;
  readonly days?: LastDays;
}
/** Values that are not there, of each column. */
export interface MissingMeasure {
  readonly measure: 'missing share';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly columns: readonly string[];
  readonly days?: LastDays;
}
/** Of rows beside those that the champion of a model was trained with. */
export interface DriftMeasure {
  readonly measure: 'drift';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly model: AnyModel;
  readonly columns: readonly string[];
  readonly by: 'psi' | 'ks';
}
/** Of rows beside other rows: those of a table, or of the days before. */
export interface ShiftMeasure {
  readonly measure: 'drift';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly columns: readonly string[];
  readonly by: 'psi' | 'sturges' | 'ks';
  readonly from: AnyReadable | LastDays;
  /** Of days before: how many days are now. */
  readonly days: Duration;
  /** Columns by whose values rows are judged one by one, too. */
  readonly segments: readonly string[];
  /** Rows, now and before, without which neither a segment nor all together are judged. */
  readonly least: number;
}
export interface InertiaMeasure {
  readonly measure: 'inertia';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly model: AnyModel;
}
/** Of rows of the champion's own version beside those of the versions before it. */
export interface DegradationMeasure {
  readonly measure: 'degradation';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly model: AnyModel;
  readonly column: string;
  readonly version: string;
  readonly at: string;
  readonly role?: string;
  readonly level: number;
  readonly least: number;
  readonly matures: Duration;
  readonly before: Duration;
  readonly range?: readonly [number, number];
}
/** Of what an endpoint has counted. */
interface ServedMeasure<Name extends string> {
  readonly measure: Name;
  readonly of: readonly [Endpoint];
  readonly over: Duration;
}
export type FallbackMeasure = ServedMeasure<'fallback share'>;
export interface LatencyMeasure extends ServedMeasure<'served latency'> {
  readonly quantile: 'p50' | 'p95' | 'p99';
}
export interface JobMeasure<Name extends 'duration' | 'failures'> {
  readonly measure: Name;
  readonly of: readonly [Job];
}
export interface PublishedMeasure {
  readonly measure: 'unpublished';
  readonly of: readonly [];
}
/** Of what people answered who let rows through. */
export interface RejectedMeasure {
  readonly measure: 'rejected share';
  readonly of: readonly Definition[];
  /** Answers of that time. */
  readonly last: Duration;
}
/** Numbers of the rows that a step is about to publish, or has: a check may hold them back by these. */
export type RowMeasure = CountMeasure | QueryMeasure;
/** A number that can be measured. */
export type Measure =
  | RowMeasure
  | VolumeMeasure
  | AgeMeasure
  | ErrorMeasure
  | MissingMeasure
  | DriftMeasure
  | ShiftMeasure
  | InertiaMeasure
  | DegradationMeasure
  | FallbackMeasure
  | LatencyMeasure
  | JobMeasure<'duration'>
  | JobMeasure<'failures'>
  | PublishedMeasure
  | RejectedMeasure;

type Timed = 'age' | 'duration' | 'unpublished' | 'served latency';
const timed: readonly Measure['measure'][] = ['age', 'duration', 'unpublished', 'served latency'] satisfies Timed[];
/** Its number is a time, in milliseconds. */
export const isTime = ({ measure }: Measure): boolean => timed.includes(measure);

/** Of a time it is a duration. */
export type Bound<M extends Measure> = M extends { readonly measure: Timed } ? Duration : number;

/** A limit on a measure. A check holds back rows by it, a monitor tells people. */
export interface Limit<M extends Measure = Measure> {
  readonly measure: M;
  readonly sign: '>=' | '<=';
  readonly bound: BoundOf<Bound<M>>;
  readonly of: readonly Definition[];
}

function limit<M extends Measure>(measure: M, sign: Limit['sign'], bound: BoundOf<Bound<M>>): Limit<M> {
  refuseBound('A limit', bound, isTime(measure));
  const settings = isSetting(bound) ? [bound.of] : [];
  return Object.freeze({
    measure: Object.freeze(measure),
    sign,
    bound,
    of: Object.freeze([...measure.of, ...settings]),
  });
}
interface Compare {
  <const M extends Measure>(measure: M, bound: BoundOf<Bound<M>>): Limit<M>;
  <const M extends Judgeable>(measure: M, bound: BoundOf<GateBound<M>>): LimitOn<M>;
}
const comparing = (sign: Limit['sign']): Compare =>
  ((measure: Measure | Judgeable, bound: BoundOf<number | Duration>) =>
    typeof measure === 'string' || isGateMeasure(measure)
      ? gateLimit(measure, sign, bound)
      : limit(measure, sign, bound as never)) as Compare;
export const atLeast: Compare = comparing('>=');
export const atMost: Compare = comparing('<=');
/** Not worse than the champion, on the same rows, by more than this; without a champion it holds. */
export const noWorse = <const Name extends string>(measure: Name, by: BoundOf<number>): LimitOn<Name> =>
  gateLimit(measure, 'no worse', by);
/** A query for rows that should not exist; the first of them are shown. */
export const expectNone = (query: AnyRows): Limit<RowMeasure> =>
  limit<RowMeasure>({ measure: 'rows of a query', of: query.reads, query }, '<=', 0);
