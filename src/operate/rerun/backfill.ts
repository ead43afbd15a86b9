import type { AnySource, Job } from '../../define/index.ts';
import { EsteiraError } from '../../errors.ts';
import { type GraphStep, isEndless, stepsOf } from '../../graph/index.ts';
import type { BackfillDate, BackfillState, Held } from '../../ports/index.ts';
import { claimAll, modelsOf, type Project, refuseUnlessSetUp, setupChanges, ulid } from '../../run/index.ts';
import { emitNote } from '../carry-out.ts';
import { refuseUnready } from '../doctor/before.ts';
import { jobOf, parseDate } from '../names.ts';
import { tickAsked } from '../run.ts';
import { stoppable } from '../stops.ts';
import type { BackfillView, Context, Input } from '../views.ts';
import { errorView } from '../views-of.ts';
import { buildDates } from './build-dates.ts';
import { nameOfBackfill } from './called.ts';
import { datesBetween, oneAtATime } from './dates.ts';

/** What was asked for, and how it can be done. */
export interface Backfill {
  readonly job: Job;
  readonly steps: readonly GraphStep[];
  readonly from: Temporal.PlainDate;
  readonly to: Temporal.PlainDate;
  readonly parallel: number;
  /** Although what is looked at before says that they would fail. */
  readonly anyway: boolean;
  /** Why dates go one at a time, the oldest first. */
  readonly inOrder?: string;
}
type Outcome = Exclude<BackfillState, 'running'>;

/**
 * Builds the dates of a job that are not built. What was asked for is kept, so that it goes on by the same words, or with `resume`: dates that have
 * succeeded are left alone, those that failed go on at their first step that is not published. The job and all that it writes are held meanwhile, so
 * that nothing else runs between two dates.
 */
export async function backfill(project: Project, input: Input<'backfill'>, context: Context): Promise<BackfillView> {
  const asked = await askedFor(project, input);
  const { job, from, to, parallel, inOrder } = asked;
  if (inOrder && (input.parallel ?? 1) > 1) emitNote(context, `One date at a time, the oldest first: ${inOrder}.`);
  const dates = datesBetween(from, to);
  if (input.dryRun) return viewOf(asked, 'planned', await foreseen(asked, dates, project));
  if (!asked.anyway) await refuseUnreadyDates(asked, project, context);
  const now = project.clock.now();
  const held = await keep(asked, project, now);
  const { backfills } = project.state;
  const stop = stoppable(project, held.runId);
  const stopped: Context = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  let backfillId: string | undefined;
  const end = async (outcome: Outcome): Promise<void> => {
    const at = project.clock.now();
    const ended = { done: 'succeeded', failed: 'failed', stopped: 'cancelled' } as const;
    try {
      if (backfillId !== undefined) await backfills.end(backfillId, outcome, at);
    } finally {
      // Its leases are let go of whatever could be written.
      await project.state.finish(held, ended[outcome], undefined, at).finally(() => stop.end());
    }
  };
  try {
    const { opened, backfill: kept } = await backfills.open({
      ...{ backfillId: ulid(now), job: job.name },
      ...{ from, to, parallel, dates, now },
    });
    ({ backfillId } = kept);
    if (opened === 'resumed') emitNote(context, `The backfill of ${job.name} from ${from} to ${to} goes on.`);
    const written = asked.steps.filter(({ kind }) => kind !== 'view').map(({ node }) => node);
    await claimAll(written, held.token, project);
    await buildDates(asked, { backfillId, held, project, context: parallel > 1 ? notesOnly(stopped) : stopped });
  } catch (error) {
    // What ended it may keep it from being written; then the next owner finds it as it stands.
    await end(stopped.signal.aborted ? 'stopped' : 'failed').catch(() => undefined);
    throw error;
  }
  const built = await backfills.dates(backfillId);
  const isDone = built.every(({ state }) => state === 'done');
  await end(isDone ? 'done' : 'failed');
  if (!isDone) throw notAll(asked, built);
  return viewOf(asked, 'done', built, backfillId);
}

/** Nothing is kept of what would fail with its first date. */
async function refuseUnreadyDates({ job, steps, from }: Backfill, project: Project, context: Context): Promise<void> {
  const tick = await tickAsked(job, { job: job.name, date: from.toString() }, project);
  await refuseUnready(await modelsOf(steps, project), { job: job.name, tick, again: true }, project, context);
}

/** What several runs say of their steps at once nobody could tell apart. */
const notesOnly = ({ signal, emit }: Context): Context => ({
  signal,
  emit: (event) => {
    if (event.type === 'note') emit(event);
  },
});

async function askedFor(project: Project, input: Input<'backfill'>): Promise<Backfill> {
  const job = jobOf(project, input.job);
  if (isEndless(job))
    throw wrong(`The job ${job.name} has no end, and no dates.`, 'esteira sync --once brings in what has come.');
  const { from, to } = await endsOf(job, input, project);
  if (Temporal.PlainDate.compare(from, to) > 0)
    throw wrong(`${from} is after ${to}.`, 'Give the older date with --from.');
  const { steps } = stepsOf(project.graph, job);
  const models = await modelsOf(steps, project);
  refuseUnlessSetUp(await setupChanges(models, project), project);
  if (models.some(({ reads }) => reads.some(({ node }) => (node.definition as AnySource).hourly)))
    throw wrong(
      `The job ${job.name} reads hours, of which a date has many.`,
      `esteira run ${job.name} --date ${from}T00 builds one of them.`,
    );
  const inOrder = oneAtATime(models, project);
  const parallel = inOrder === undefined ? (input.parallel ?? 1) : 1;
  const { anyway = false } = input;
  return { job, steps, from, to, parallel, anyway, ...(inOrder === undefined ? {} : { inOrder }) };
}

async function endsOf(
  job: Job,
  { from, to, resume }: Input<'backfill'>,
  project: Project,
): Promise<Pick<Backfill, 'from' | 'to'>> {
  if (from !== undefined && to !== undefined) return { from: parseDate(from), to: parseDate(to) };
  if (!resume || from !== undefined || to !== undefined)
    throw wrong('From which date to which?', `esteira backfill ${job.name} --from 2026-09-01 --to 2026-09-30`);
  const found = (await project.state.backfills.list({ job: job.name, limit: 1000 })).find(
    ({ state }) => state !== 'done',
  );
  if (found) return found;
  throw wrong(
    `No backfill of ${job.name} is unfinished.`,
    `esteira backfill ${job.name} --from 2026-09-01 --to 2026-09-30 begins one.`,
  );
}

/** A run of no steps that has the leases of the job, and of all that it writes. */
async function keep({ job, steps, from }: Backfill, project: Project, now: Temporal.Instant): Promise<Held> {
  const opened = await project.state.open({
    ...{ runId: ulid(now), job: nameOfBackfill(job.name), keeps: [job.name] },
    ...{ date: from, logicalTime: now, zone: 'UTC', reason: 'backfill' },
    ...{ plan: [], params: {}, settings: {}, steps: [] },
    targets: steps.filter(({ kind }) => kind !== 'view').map(({ node }) => node.id),
    ...{ again: true, holder: project.holder, now },
  });
  // It is always begun anew, or taken over from a process that is dead.
  return (opened as { readonly held: Held }).held;
}

/** What the runs of each date say. */
async function foreseen(
  { job }: Backfill,
  dates: readonly Temporal.PlainDate[],
  project: Project,
): Promise<readonly Seen[]> {
  const runs = await project.state.runs({ job: job.name, limit: 100_000 });
  const seen: Seen[] = [];
  for (const date of dates) {
    const { logicalTime } = await tickAsked(job, { job: job.name, date: date.toString() }, project);
    const run = runs.find((one) => one.logicalTime.equals(logicalTime));
    const state = run?.state === 'succeeded' ? 'done before' : run?.state === 'failed' ? 'failed' : 'pending';
    seen.push({ date, state, ...(run ? { runId: run.runId } : {}) });
  }
  return seen;
}
type Seen = Omit<BackfillDate, 'state'> & { readonly state: BackfillDate['state'] | 'done before' };

function viewOf(
  { job, from, to, parallel, inOrder }: Backfill,
  state: BackfillView['state'],
  dates: readonly Seen[],
  backfillId?: string,
): BackfillView {
  return {
    ...(backfillId === undefined ? {} : { backfillId }),
    ...{ job: job.name, from: from.toString(), to: to.toString(), state, parallel },
    ...(inOrder === undefined ? {} : { inOrder }),
    dates: dates.map(({ date, state: of, runId, error }) => ({
      ...{ date: date.toString(), state: of },
      ...(runId === undefined ? {} : { runId }),
      ...(error === undefined ? {} : { error: errorView(error) }),
    })),
  };
}

/** One date's failure gives the backfill its name; of several each is told. */
function notAll({ job, from, to }: Backfill, dates: readonly BackfillDate[]): EsteiraError {
  const errors = dates.flatMap(({ date, error }) => (error === undefined ? [] : [{ date, error: errorView(error) }]));
  const left = dates.filter(({ state }) => state !== 'done').length;
  const again = `esteira backfill ${job.name} --from ${from} --to ${to} goes on with the ${left === 1 ? 'date that is' : `${left} dates that are`} left.`;
  const [first] = errors;
  if (first && errors.length === 1) {
    const { code, nature: _, ...details } = first.error;
    const where = `${details.where ? `${details.where}, ` : ''}date ${first.date}`;
    return EsteiraError.from({ code, ...details, where, next: `${details.next} Then ${again}` });
  }
  return new EsteiraError('RUN_FAILED', {
    what: `${errors.length} dates failed; the others are built.`,
    where: `backfill of ${job.name} from ${from} to ${to}`,
    got: errors.map(({ date, error }) => `${date}: ${error.code}: ${error.what}`).join('\n'),
    next: `esteira logs <run> says all of it. Then ${again}`,
  });
}

const wrong = (what: string, next: string): EsteiraError => new EsteiraError('COMMAND_UNKNOWN', { what, next });
