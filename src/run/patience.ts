import { setTimeout as sleep } from 'node:timers/promises';
import { type Duration, millisecondsOf } from '../columns/index.ts';
import type { EsteiraError } from '../errors.ts';
import type { Clock } from '../ports/index.ts';

/** What is done when a step fails for a reason that may pass: a folder that cannot be listed, a disk that is full, a lost connection. */
export interface Retries {
  /** Attempts after the first. */
  readonly times: number;
  /** Before the first of them; doubled before each further one. */
  readonly wait: Duration;
}
export const usualRetries: Retries = Object.freeze({ times: 2, wait: '5 seconds' });

const longest = 3_600_000;
/**
 * Milliseconds before the attempt after this one, the first being 1: exponential, at most an hour, and up to a tenth more by `chance` (0 to 1), so that
 * what failed together is not tried together.
 */
export function waitAfter(attempt: number, { wait }: Retries, chance: number = Math.random()): number {
  const grown = Math.min(millisecondsOf(wait) * 2 ** (attempt - 1), longest);
  return Math.round(grown * (1 + chance / 10));
}

/** Whether the same step may succeed a moment later. What is fenced is another process's. */
export const mayPass = ({ nature, code }: EsteiraError): boolean => nature === 'transient' && code !== 'FENCED';

/** Rests so many milliseconds of the clock, or of the machine's where they are over sooner: a clock may stand still. A signal ends it early. */
export async function rest(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  const [until, started] = [clock.now().epochMilliseconds + milliseconds, performance.now()];
  for (;;) {
    const passed = performance.now() - started;
    const left = Math.min(until - clock.now().epochMilliseconds, milliseconds - passed);
    if (left <= 0 || signal.aborted) return;
    // A timer counts at most 2^31 milliseconds; another clock than the machine's is looked at again and again.
    await sleep(Math.min(left, clock.look ?? 86_400_000), undefined, { signal }).catch(() => undefined);
  }
}

export interface Limit {
  /** Aborted with the error when the time is over. */
  readonly signal: AbortSignal;
  end(): void;
}
/** Nothing is limited without a duration. */
export function limit(clock: Clock, duration: Duration | undefined, late: () => EsteiraError): Limit {
  const [over, ended] = [new AbortController(), new AbortController()];
  if (duration !== undefined)
    void rest(clock, millisecondsOf(duration), ended.signal).then(() => {
      if (!ended.signal.aborted) over.abort(late());
    });
  return { signal: over.signal, end: () => ended.abort() };
}
