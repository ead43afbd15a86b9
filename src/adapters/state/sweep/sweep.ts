import type { Before, Swept } from '../../../ports/index.ts';
import type { Engine } from '../engine.ts';
import { sweepAlerts, sweepFigures } from './alerts.ts';
import { sweepBackfills, sweepLogs, sweepTicks } from './others.ts';
import type { Sweeping } from './portion.ts';
import { sweepRuns } from './runs.ts';

/** Each kind that has an end; lines of logs before runs, which take theirs along. */
export async function sweep(
  engine: Engine,
  { runs, logs, ticks, backfills, figures, alerts }: Before,
  { dryRun = false, signal }: { readonly dryRun?: boolean; readonly signal?: AbortSignal },
): Promise<readonly Swept[]> {
  const of = (before: Temporal.Instant): Sweeping => ({ engine, before: before.toString(), dryRun, signal });
  return [
    ...(logs ? [await sweepLogs(of(logs))] : []),
    ...(ticks ? [await sweepTicks(of(ticks))] : []),
    ...(backfills ? [await sweepBackfills(of(backfills))] : []),
    ...(figures ? [await sweepFigures(of(figures))] : []),
    ...(alerts ? [await sweepAlerts(of(alerts))] : []),
    ...(runs ? await sweepRuns(of(runs)) : []),
  ];
}
