/** Injected wherever time is asked for, so that a test can say what day it is. */
export interface Clock {
  now(): Temporal.Instant;
}
