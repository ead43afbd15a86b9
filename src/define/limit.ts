import { type Columns, type Duration, parseDuration } from '../columns/index.ts';
import { EsteiraError } from '../errors.ts';
import type { Definition } from './definition.ts';
import type { Job } from './job.ts';
import type { AnyModel } from './model.ts';
import type { AnyReadable, AnyRows, Setting } from './rows.ts';

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
/** Of rows beside those that the champion of a model was trained with. */
export interface DriftMeasure {
  readonly measure: 'drift';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly model: AnyModel;
  readonly columns: readonly string[];
  readonly by: 'psi' | 'ks';
}
export interface InertiaMeasure {
  readonly measure: 'inertia';
  readonly of: readonly Definition[];
  readonly rows: AnyReadable;
  readonly model: AnyModel;
}
export interface JobMeasure<Name extends 'duration' | 'failures'> {
  readonly measure: Name;
  readonly of: readonly [Job];
}
export interface PublishedMeasure {
  readonly measure: 'unpublished';
  readonly of: readonly [];
}
/** Numbers of the rows that a step is about to publish, or has: a check may hold them back by these. */
export type RowMeasure = CountMeasure | QueryMeasure;
/** A number that can be measured. */
export type Measure =
  | RowMeasure
  | VolumeMeasure
  | AgeMeasure
  | DriftMeasure
  | InertiaMeasure
  | JobMeasure<'duration'>
  | JobMeasure<'failures'>
  | PublishedMeasure;

type Timed = 'age' | 'duration' | 'unpublished';
const timed: readonly Measure['measure'][] = ['age', 'duration', 'unpublished'] satisfies Timed[];
/** Its number is a time, in milliseconds. */
export const isTime = ({ measure }: Measure): boolean => timed.includes(measure);

/** Of a time it is a duration. */
export type Bound<M extends Measure> = M extends { readonly measure: Timed } ? Duration : number;

/** A limit on a measure. A check holds back rows by it, a monitor tells people. */
export interface Limit<M extends Measure = Measure> {
  readonly measure: M;
  readonly sign: '>=' | '<=';
  readonly bound: Bound<M> | Setting<Bound<M>>;
  readonly of: readonly Definition[];
}

/** A limit on a measure of a model that has been trained: one of its learner, or `samples`, the rows that it was judged on. */
export interface GateLimit<Name extends string = string> {
  readonly judges: Name;
  /** `no worse`: than the champion on the same rows, by at most the bound. */
  readonly sign: '>=' | '<=' | 'no worse';
  readonly bound: number | Setting<number>;
}
/** Rows that a model was judged on. */
export const samples = 'samples';

const numeric = new Set(['integer', 'bigint', 'real', 'decimal']);
const isSetting = (bound: unknown): bound is Setting<unknown> =>
  typeof bound === 'object' && bound !== null && 'setting' in bound;
const kindOf = ({ of, setting }: Setting<unknown>): string =>
  (of as unknown as { readonly columns: Columns }).columns[setting]?.facts.kind ?? '';

function isBound(measure: Measure, bound: unknown): boolean {
  if (isSetting(bound)) return isTime(measure) ? kindOf(bound) === 'duration' : numeric.has(kindOf(bound));
  if (isTime(measure)) return typeof bound === 'string' && parseDuration(bound) !== undefined;
  return typeof bound === 'number' && !Number.isNaN(bound);
}

const boundWrong = (measure: Measure, bound: unknown): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `A limit has no ${isTime(measure) ? 'time' : 'number'} to compare with.`,
    got: isSetting(bound) ? String(bound.setting) : String(bound),
    allowed: isTime(measure)
      ? "a duration such as '30 minutes', or a setting that is one"
      : 'a number, or a setting that is one',
    next: 'Correct the second argument of atLeast(…) or atMost(…).',
  });

function limit<M extends Measure>(measure: M, sign: Limit['sign'], bound: Bound<M> | Setting<Bound<M>>): Limit<M> {
  if (!isBound(measure, bound)) throw boundWrong(measure, bound);
  const settings = isSetting(bound) ? [bound.of] : [];
  return Object.freeze({
    measure: Object.freeze(measure),
    sign,
    bound,
    of: Object.freeze([...measure.of, ...settings]),
  });
}
function gateLimit(judges: string, sign: GateLimit['sign'], bound: number | Setting<number>): GateLimit {
  const isRight = isSetting(bound) ? numeric.has(kindOf(bound)) : typeof bound === 'number' && !Number.isNaN(bound);
  if (isRight) return Object.freeze({ judges, sign, bound });
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `The limit on ${judges} has no number to compare with.`,
    got: isSetting(bound) ? String(bound.setting) : String(bound),
    allowed: 'a number, or a setting that is one',
    next: 'Correct the second argument of atLeast(…), atMost(…) or noWorse(…).',
  });
}

interface Compare {
  <const M extends Measure>(measure: M, bound: Bound<M> | Setting<Bound<M>>): Limit<M>;
  <const Name extends string>(measure: Name, bound: number | Setting<number>): GateLimit<Name>;
}
const comparing = (sign: Limit['sign']): Compare =>
  ((measure: Measure | string, bound: number | Setting<number>) =>
    typeof measure === 'string' ? gateLimit(measure, sign, bound) : limit(measure, sign, bound as never)) as Compare;
export const atLeast: Compare = comparing('>=');
export const atMost: Compare = comparing('<=');
/** Not worse than the champion, on the same rows, by more than this; without a champion it holds. */
export const noWorse = <const Name extends string>(measure: Name, by: number | Setting<number>): GateLimit<Name> =>
  gateLimit(measure, 'no worse', by) as GateLimit<Name>;
/** A query for rows that should not exist; the first of them are shown. */
export const expectNone = (query: AnyRows): Limit<RowMeasure> =>
  limit<RowMeasure>({ measure: 'rows of a query', of: query.reads, query }, '<=', 0);
