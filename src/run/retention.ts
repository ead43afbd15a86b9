import { type Duration, millisecondsOf } from '../columns/index.ts';
import type { Before } from '../ports/index.ts';

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
  /** What monitors found; of each the newest stays. */
  readonly figures?: Keep;
  /** Alerts that are over, with what was told of them. */
  readonly alerts?: Keep;
  /** Files of what endpoints have predicted, once every table that reads them has. */
  readonly predictions?: Keep;
  /** What became of rows that were written elsewhere, in the warehouse; of a delivery that has rows left they stay. */
  readonly receipts?: Keep;
  /** What processes of endpoints have counted, their receipts of reloads, and figures of versions that shadow no more; 90 days at least. */
  readonly counts?: Keep;
}
export const usualRetention: Required<Retention> = Object.freeze({
  runs: '6 months',
  logs: '1 month',
  dueTimes: '6 months',
  backfills: '6 months',
  figures: '1 month',
  alerts: '6 months',
  predictions: 'forever',
  receipts: '6 months',
  counts: '6 months',
});

/** What ended before these moments goes, of what the state has. */
export function beforeOf(retention: Required<Retention>, now: Temporal.Instant): Before {
  const { dueTimes: ticks, predictions: _, receipts: __, counts: ___, ...others } = retention;
  const all = Object.entries<Keep>({ ...others, ticks }).flatMap(([kind, keep]) =>
    keep === 'forever' ? [] : [[kind, now.subtract({ milliseconds: millisecondsOf(keep) })] as const],
  );
  return Object.fromEntries(all);
}
