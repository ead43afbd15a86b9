/** Upper bounds of the durations of answers, in milliseconds; what is above the last counts as more. */
export const durationBounds: readonly number[] = Object.freeze([
  0.25, 0.5, 1, 2.5, 5, 7.5, 10, 15, 25, 50, 100, 250, 500, 1000, 2500, 5000,
]);

/** Why an answer is not the model's: `deadline` when it would have come too late. */
export const fallbackReasons = Object.freeze(['no model', 'unfit model', 'error', 'deadline'] as const);
export type FallbackReason = (typeof fallbackReasons)[number];

/**
 * What one process of an endpoint has counted on one day in UTC: `endpoints/<name>/counts/<YYYY-MM-DD>/<process>.json`. Written anew each minute and at its
 * end, so figures of a process only grow.
 */
export interface Counts {
  readonly format: 1;
  readonly endpoint: string;
  readonly process: string;
  readonly date: string;
  /** Instants in ISO form: of the first request that is counted here, and when this was written. */
  readonly from: string;
  readonly to: string;
  /** Well-formed requests; each of a batch. */
  readonly requests: number;
  /** Answered by the model. */
  readonly predictions: number;
  readonly fallbacks: Readonly<Partial<Record<FallbackReason, number>>>;
  /** Answered with 5xx: even the fallback failed. */
  readonly failed: number;
  /** Refused with 4xx. */
  readonly refused: number;
  /** Answers by durations: one more than there are bounds. */
  readonly durations: { readonly bounds: readonly number[]; readonly counts: readonly number[]; readonly sum: number };
  /** Predictions by version. */
  readonly versions: Readonly<Record<string, number>>;
  /** Reloads by result. */
  readonly reloads: Readonly<Record<string, number>>;
  /** The machine's name, and where it listens. */
  readonly host?: string;
  readonly address?: string;
  /** The version that answered when this was written. */
  readonly serving?: string;
  /** What was published then and not served: `corrupt` or the like, why, and what a person does about it. */
  readonly unserved?: { readonly is: string; readonly why: string; readonly next: string };
  /** The process has ended in order: this is its last word. */
  readonly ended?: boolean;
}

/** Milliseconds between two writes of a process that lives. */
export const countsEvery = 60_000;

export const countsPath = ({ endpoint, date, process }: Pick<Counts, 'endpoint' | 'date' | 'process'>): string =>
  `endpoints/${endpoint}/counts/${date}/${process}.json`;
