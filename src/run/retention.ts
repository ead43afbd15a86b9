import type { Duration } from '../columns/index.ts';
import type { Before } from '../ports/index.ts';
import { millisecondsOf } from './patience.ts';

/** How long what has ended is kept. */
export type Keep = Duration | 'forever';
export interface Retention {
  /** Runs with their steps; of a date that succeeded one line stays. */
  readonly runs?: Keep;
  /** What runs have said. */
  readonly logs?: Keep;
  /** Due times that are done or were skipped. */
  readonly dueTimes?: Keep;
  /** Backfills that are done. */
  readonly backfills?: Keep;
}
export const usualRetention: Required<Retention> = Object.freeze({
  runs: '6 months',
  logs: '1 month',
  dueTimes: '6 months',
  backfills: '6 months',
});

/** What ended before these moments goes. */
export function beforeOf(retention: Required<Retention>, now: Temporal.Instant): Before {
  const before = (keep: Keep): Temporal.Instant | undefined =>
    keep === 'forever' ? undefined : now.subtract({ milliseconds: millisecondsOf(keep) });
  const [runs, logs] = [before(retention.runs), before(retention.logs)];
  const [ticks, backfills] = [before(retention.dueTimes), before(retention.backfills)];
  return { ...(runs && { runs }), ...(logs && { logs }), ...(ticks && { ticks }), ...(backfills && { backfills }) };
}
