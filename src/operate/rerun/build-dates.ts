import { EsteiraError } from '../../errors.ts';
import type { BackfillDate, Held } from '../../ports/index.ts';
import { type Project, said } from '../../run/index.ts';
import { tellWaits } from '../approvals/waits.ts';
import { carryOut, emitNote } from '../carry-out.ts';
import { tickAsked } from '../run.ts';
import type { Context } from '../views.ts';
import type { Backfill } from './backfill.ts';

interface Building {
  readonly backfillId: string;
  /** What keeps the job: each date's run is under it. */
  readonly held: Held;
  readonly project: Project;
  readonly context: Context;
}

/** These end the backfill, not a date. */
const endsAll: readonly string[] = ['FENCED', 'OWNED_ELSEWHERE', 'SETUP_NEEDED', 'RUN_NOT_READY'];

/**
 * Builds the dates that are not done, the oldest first, so many side by side as it may be. Where they go in order the first that fails is the last;
 * else the others go on. Throws what ends all of them.
 */
export async function buildDates(asked: Backfill, building: Building): Promise<void> {
  const { backfillId, project, context } = building;
  const all = await project.state.backfills.dates(backfillId);
  const left = all.filter(({ state }) => state !== 'done');
  let count = all.length - left.length;
  let isStopped = false;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next && !isStopped; next = left.shift()) {
      try {
        const isBuilt = await buildDate(next, asked, building);
        count += 1;
        const how = isBuilt === 'before' ? 'had succeeded already' : isBuilt ? 'is built' : 'failed';
        emitNote(context, `${next.date} ${how}: ${count} of ${all.length}`);
        if (!isBuilt && asked.inOrder !== undefined) isStopped = true;
      } catch (error) {
        isStopped = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: asked.parallel }, work));
  const failed = ended.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  await tellWaits(
    project,
    asked.steps.map(({ node }) => ({ step: node.id })),
    context,
  );
}

/** Whether the date is built; `before` where it was. */
async function buildDate(
  { date }: BackfillDate,
  { job, steps, parallel, anyway }: Backfill,
  { backfillId, held, project, context }: Building,
): Promise<boolean | 'before'> {
  const mark = (now: Omit<BackfillDate, 'date'>): Promise<void> =>
    project.state.backfills.mark(backfillId, { date, ...now });
  await project.trace('before-date');
  await mark({ state: 'running' });
  const tick = await tickAsked(job, { job: job.name, date: date.toString() }, project);
  try {
    const ahead = parallel > 1;
    const work = { job: job.name, steps, tick, reason: 'backfill', under: held.token, ahead, anyway } as const;
    const { runId, alreadyDone } = await carryOut(work, project, context);
    await project.trace('date-built');
    await mark({ state: 'done', runId });
    return alreadyDone ? 'before' : true;
  } catch (thrown) {
    const error = said(thrown, project);
    if (context.signal.aborted || !(error instanceof EsteiraError) || endsAll.includes(error.code)) {
      await mark({ state: 'pending' }).catch(() => undefined);
      throw thrown;
    }
    await mark({ state: 'failed', error: error.toJSON() });
    return false;
  }
}
