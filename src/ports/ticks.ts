import type { Telling } from './alerts.ts';
import type { RunState } from './state.ts';

export type TickState = 'due' | 'claimed' | 'done' | 'skipped';

/** A time at which a job was due. */
export interface NewTick {
  readonly job: string;
  readonly due: Temporal.Instant;
  readonly date: Temporal.PlainDate;
  readonly zone: string;
  /** The schedule, or the job before, that made it due. */
  readonly cause: string;
  /** Why nothing is run for it, or, while it is due, could not be begun yet. */
  readonly why?: string;
}
export interface TickRecord extends NewTick {
  /** `claimed`: by a run, which may have ended otherwise than well. */
  readonly state: TickState;
  /** When it was written: later than it was due where nobody looked. */
  readonly noted: Temporal.Instant;
  readonly run?: { readonly runId: string; readonly state: RunState; readonly finishedAt?: Temporal.Instant };
}

/**
 * The due times of jobs. Each is written once, by whoever owns the state. A run that is opened for the time of a tick claims it, in the same
 * transaction, whatever started the run; one that succeeds makes it done.
 */
export interface TickStore {
  /** By job: up to when its schedule was looked at. */
  seen(): Promise<ReadonlyMap<string, Temporal.Instant>>;
  /**
   * Writes what has come due since, and that the job was looked at; what says already why is skipped. What is there stays, but for what was written
   * later than now, by a clock that was wrong: that is due again. Throws OWNED_ELSEWHERE for one who does not own the state.
   */
  note(
    holder: string,
    job: string,
    found: {
      readonly ticks: readonly NewTick[];
      readonly upTo: Temporal.Instant;
      readonly now: Temporal.Instant;
      readonly telling?: Telling;
    },
  ): Promise<void>;
  /** Neither done nor skipped; the oldest first. */
  pending(): Promise<readonly TickRecord[]>;
  /** Says why nothing could be begun for one that is due; it stays so. */
  hold(tick: Pick<NewTick, 'job' | 'due'>, why: string): Promise<void>;
  /** Names why nothing is run for it, and tells that in the same transaction. One that is done by now stays done. */
  skip(tick: Pick<NewTick, 'job' | 'due'>, why: string, telling?: Telling): Promise<void>;
  /** Newest first. */
  list(filter: {
    readonly job?: string;
    readonly state: TickState;
    readonly limit: number;
  }): Promise<readonly TickRecord[]>;
}
