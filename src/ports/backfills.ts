export type BackfillState = 'running' | 'done' | 'failed' | 'stopped';
export type BackfillDateState = 'pending' | 'running' | 'done' | 'failed';

/** Dates of a job that somebody wants to have. It stays when the process ends, and goes on where it stood. */
export interface BackfillRecord {
  /** A ULID. */
  readonly backfillId: string;
  readonly job: string;
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  /** Dates side by side, at most. */
  readonly parallel: number;
  readonly state: BackfillState;
  readonly createdAt: Temporal.Instant;
  readonly finishedAt?: Temporal.Instant;
}
export interface BackfillDate {
  readonly date: Temporal.PlainDate;
  readonly state: BackfillDateState;
  readonly runId?: string;
  /** Why it failed. */
  readonly error?: unknown;
}
export interface NewBackfill {
  readonly backfillId: string;
  readonly job: string;
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  readonly parallel: number;
  readonly dates: readonly Temporal.PlainDate[];
  readonly now: Temporal.Instant;
}

/** What is to be built for past dates, and how far that is. Which dates are done the runs say; this says which were wanted. */
export interface BackfillStore {
  /** The newest of the job with these ends that is not done, with its dates as they stand (`resumed`); else a new one. */
  open(wanted: NewBackfill): Promise<{ readonly opened: 'new' | 'resumed'; readonly backfill: BackfillRecord }>;
  dates(backfillId: string): Promise<readonly BackfillDate[]>;
  mark(backfillId: string, date: BackfillDate): Promise<void>;
  end(backfillId: string, state: Exclude<BackfillState, 'running'>, now: Temporal.Instant): Promise<void>;
  /** Newest first. */
  list(filter: { readonly job?: string; readonly limit: number }): Promise<readonly BackfillRecord[]>;
}
