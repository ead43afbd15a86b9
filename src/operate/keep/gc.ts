import type { Swept } from '../../ports/index.ts';
import { beforeOf, type Project, usualRetention } from '../../run/index.ts';
import type { Context, GcView, Input } from '../views.ts';
import { sweepDeliveries } from './deliveries.ts';
import { sweepImports } from './imports.ts';
import { sweepLeftovers } from './leftovers.ts';
import { sweepPredictions } from './predictions.ts';
import { sweepReceipts } from './receipts.ts';
import { sweepServed } from './served.ts';

/** Removes what is older than the environment keeps it, and what processes that died have left; with `dryRun` it only says what that is. */
export async function gc(
  project: Project,
  { dryRun = false }: Input<'gc'>,
  { signal }: Pick<Context, 'signal'>,
): Promise<GcView> {
  const keep = { ...usualRetention, ...project.keep };
  const now = project.clock.now();
  const { keeping } = project.state;
  const served = await sweepServed(project, { dryRun, now, signal });
  const imports = await sweepImports(project, { dryRun, now, signal });
  const leftovers = [sweepLeftovers(project.local, { dryRun }), await sweepDeliveries(project, { dryRun }), imports];
  const troubles = Object.entries({ 'counts of endpoints': served.trouble, 'files of imports': imports.trouble });
  const sum = (of: 'count' | 'bytes'): number => leftovers.reduce((all, one) => all + one[of], 0);
  const swept = [
    ...(await keeping.sweep(beforeOf(keep, now), { dryRun, signal })),
    await sweepPredictions(project, { dryRun, now }),
    await sweepReceipts(project, { dryRun, now, signal }),
    served,
    { kind: 'leftovers' as const, count: sum('count'), bytes: sum('bytes') },
  ];
  if (!dryRun) await keeping.noteSwept(now);
  const trouble = troubles.flatMap(([of, why]) => (why === undefined ? [] : [`${of}: ${why}`])).join('; ');
  const kept = {
    ...{ runs: keep.runs, details: keep.runs, 'log lines': keep.logs },
    ...{ 'due times': keep.dueTimes, backfills: keep.backfills },
    ...{ figures: keep.figures, alerts: keep.alerts, predictions: keep.predictions },
    receipts: keep.receipts,
    ...{ counts: keep.counts, leftovers: '1 day' },
  } satisfies Record<Swept['kind'], string>;
  return {
    dryRun,
    kinds: Object.entries<string>(kept).map(([kind, keeps]) => {
      const found = swept.find((one) => one.kind === kind);
      const { count = 0, bytes = 0, oldestKept } = found ?? {};
      return { kind, keeps, count, bytes, ...(oldestKept && { oldestKept: oldestKept.toString() }) };
    }),
    ...(trouble !== '' && { trouble }),
  };
}

/** One line for a log; nothing where nothing was removed. */
export function gcText({ kinds }: GcView): string | undefined {
  const removed = kinds.filter(({ count }) => count > 0);
  if (removed.length === 0) return undefined;
  return `removed what is older than is kept: ${removed.map(({ kind, count }) => `${kind} ${count}`).join(', ')}`;
}
