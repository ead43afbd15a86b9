import type { Duration } from '../columns/index.ts';
import { type BoundOf, refuseBound } from './bound.ts';

/** How differently a model serves those who have one value of a column, and those who have another. */
interface Gap<Kind extends string, Across extends string> {
  readonly judged: Kind;
  /** How its figure is called among those that are kept with a version. */
  readonly figure: string;
  readonly across: Across;
  /** Samples that a group must have to count. */
  readonly least: number;
}
export interface FairnessGap<Across extends string = string, Of extends string = string>
  extends Gap<'fairness gap', Across> {
  readonly of: Of;
}
export type ExposureGap<Across extends string = string> = Gap<'exposure gap', Across>;
/** How long its predictor takes. */
export interface Latency {
  readonly judged: 'latency';
  readonly figure: string;
  readonly quantile: 'p50' | 'p95' | 'p99';
  readonly rows: number;
}
/** What is known of a version once it has predicted beside the champion; times in milliseconds. */
export type ShadowTime = 'latency_p50_ms' | 'latency_p95_ms';
export type ShadowFigure =
  | 'overlap_at_5'
  | 'top_changed'
  | 'rank_correlation'
  | 'score_difference'
  | 'score_difference_p95'
  | 'errors'
  | ShadowTime;
/** What its shadow shows at endpoints. */
export interface Shadowed<Of extends ShadowFigure = ShadowFigure> {
  readonly judged: 'shadow';
  readonly figure: string;
  readonly shows: Of;
  readonly requests: number;
}
/** A measure of a model that has been trained which no learner reports by itself. */
export type GateMeasure<Of extends string = string, Across extends string = string> =
  | FairnessGap<Across, Of>
  | ExposureGap<Across>
  | Latency
  | Shadowed;

/** Fewer samples than these say little of a group. */
const enough = 30;

/**
 * The largest distance of a group's figure from that of all, of a measure of the learner: max over groups of |figure of the group − figure of all|
 * (the demographic differences of Mehrotra and others, 2017, "Auditing search engines for differential satisfaction across demographics"; as a
 * maximum, so that one group that is served badly is not averaged away). Groups are the values of a column of the training rows, feature or not.
 * Where there is a `group`, a request belongs to the group of its chosen row, and one without a chosen row is left out; else each row belongs to its
 * own. Groups with fewer than `least` samples (default 30) are left out; when all are, the gap is not known, and no limit on it holds.
 */
export const fairnessGap = <const Across extends string, const Of extends string>(
  across: Across,
  { of, least = enough }: { readonly of: Of; readonly least?: number },
): FairnessGap<Across, Of> =>
  Object.freeze({ judged: 'fairness gap', figure: `fairness_gap_${across}_${of}`, across, of, least });

/**
 * The largest distance of how much the candidates of a group are seen from how much all are, on average, a place being seen with 1 / log2(place + 1)
 * (Singh and Joachims, 2018, "Fairness of exposure in rankings"). Of models with a `group`, over requests with a chosen row; a group counts with
 * `least` requests (default 30) that show it.
 */
export const exposureGap = <const Across extends string>(
  across: Across,
  { least = enough }: { readonly least?: number } = {},
): ExposureGap<Across> => Object.freeze({ judged: 'exposure gap', figure: `exposure_gap_${across}`, across, least });

/**
 * How long the predictor takes that will serve, made from the version's own file, in this process, for rows that were kept to judge with: for one
 * request after the other where there is a `group`, with those that come next where it has fewer than `rows`; else for so many rows at once.
 */
export const latency = (quantile: 'p50' | 'p95' | 'p99', { rows = 1 }: { readonly rows?: number } = {}): Latency =>
  Object.freeze({ judged: 'latency', figure: `latency_${quantile}_ms`, quantile, rows });

/**
 * What the version shows as the shadow of an endpoint (`shadow: { share }`), beside the champion of then, over at least so many requests (default 200):
 * `overlap_at_5` (share of the champion's first five that are its first five too, of requests with more than five rows) · `top_changed` (share of requests
 * with another row first) · `rank_correlation` (Spearman's, of all rows) · `score_difference` (mean of |score − the champion's|), `score_difference_p95` ·
 * `errors` (share of the requests that it did not answer) · `latency_p50_ms`, `latency_p95_ms`. A version that holds all other limits waits as a candidate
 * until these are known; where there is no champion they hold.
 */
export const shadow = <const Of extends ShadowFigure>(
  shows: Of,
  { requests = 200 }: { readonly requests?: number } = {},
): Shadowed<Of> => Object.freeze({ judged: 'shadow', figure: `shadow_${shows}`, shows, requests });

/** A limit on a measure of a model that has been trained: one of its learner, `samples`, or one that is made from more. */
export interface GateLimit<Named extends string = string, Across extends string = string> {
  /** How its figure is called. */
  readonly judges: string;
  readonly measure: Named | GateMeasure<Named, Across>;
  /** `no worse`: than the champion on the same rows, by at most the bound. */
  readonly sign: '>=' | '<=' | 'no worse';
  readonly bound: BoundOf<number | Duration>;
}
/** What a model was judged on: requests with a chosen row where there is a `group`, else rows. */
export const samples = 'samples';

export type Judgeable = string | GateMeasure;
/** The bound of a latency is a time. */
export type GateBound<M extends Judgeable> = M extends Latency | Shadowed<ShadowTime> ? Duration : number;
/** The measure of the learner that it names, or is made from. */
type NamedBy<M> = M extends string ? M : M extends { readonly of: infer Of extends string } ? Of : never;
type AcrossOf<M> = M extends { readonly across: infer Across extends string } ? Across : never;
export type LimitOn<M extends Judgeable> = GateLimit<NamedBy<M>, AcrossOf<M>>;

/** Its figure is a time, in milliseconds. */
export const isTimed = (measure: Judgeable): boolean =>
  typeof measure === 'object' &&
  (measure.judged === 'latency' || (measure.judged === 'shadow' && measure.shows.endsWith('_ms')));

export const isGateMeasure = (measure: object): measure is GateMeasure => 'judged' in measure;

export function gateLimit<M extends Judgeable>(
  measure: M,
  sign: GateLimit['sign'],
  bound: GateLimit['bound'],
): LimitOn<M> {
  const judges = typeof measure === 'string' ? measure : measure.figure;
  refuseBound(`The limit on ${judges}`, bound, isTimed(measure));
  return Object.freeze({ judges, measure, sign, bound }) as unknown as LimitOn<M>;
}
