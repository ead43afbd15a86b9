import type { ChangesView } from '../views.ts';

// What keeping the schedules tells; JSON, as everything in `operate/views.ts`. `at` is of the project's clock.

/** One thing that it does, or waits for. */
export interface ScheduleEvent {
  readonly type: 'schedule';
  readonly at: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly job?: string;
  /** The day that is processed. */
  readonly date?: string;
  readonly runId?: string;
}
/** Told about once a second, as long as it lives. */
export interface BeatEvent {
  readonly type: 'beat';
  readonly view: KeepingView;
}
export interface KeepingView {
  readonly at: string;
  readonly since: string;
  readonly running: readonly { readonly job: string; readonly date: string; readonly runId?: string }[];
  /** Ticks that are due, and have not begun. */
  readonly waiting: number;
  /** Seconds since the oldest of those was due; 0 where there is none. */
  readonly lag: number;
  /** The last that has begun. */
  readonly lastTick?: TickView;
  readonly next?: { readonly job: string; readonly due: string };
  /** Since it began. */
  readonly runs: { readonly succeeded: number; readonly failed: number };
  readonly skipped: number;
  /** Jobs that follow changes, as they were when their databases were asked last. */
  readonly changes: readonly ChangesView[];
}
/** A time at which a job was due. */
export interface TickView {
  readonly job: string;
  readonly date: string;
  readonly due: string;
  readonly state: string;
  /** The schedule, or the job before. */
  readonly cause: string;
  /** Why nothing was run for it. */
  readonly why?: string;
  /** The state of the run that has claimed it. */
  readonly run?: string;
}
/** How keeping the schedules ended. */
export interface StartView {
  readonly runs: { readonly succeeded: number; readonly failed: number };
  readonly skipped: number;
  /** Runs that the next owner goes on with. */
  readonly left: readonly {
    readonly job: string;
    readonly date: string;
    readonly runId: string;
    readonly done: number;
    readonly of: number;
  }[];
  /** Ticks that are due, and have not begun. */
  readonly waiting: readonly TickView[];
  /** Ticks whose run has failed, by whoever, and that nothing newer stands for. */
  readonly failed: readonly TickView[];
}
