/** Injected wherever time is asked for, so that a test can say what day it is. */
export interface Clock {
  now(): Temporal.Instant;
  /** Milliseconds between two looks of whoever waits for a time, where it is not the machine's clock. */
  readonly look?: number;
  /** Milliseconds of a clock that only goes forward, for what is timed; absent: the machine's. */
  readonly elapsed?: () => number;
}
