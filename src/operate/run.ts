import type { Job } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { isEndless, select, stepsOf } from '../graph/index.ts';
import { isScheduled, type Tick } from '../plan/ticks.ts';
import { hoursOf } from '../plan/ticks-due.ts';
import type { Timetable } from '../plan/timetable.ts';
import type { Span } from '../ports/index.ts';
import { type Project, said, timetableOf } from '../run/index.ts';
import { tellUnopened } from './alerts/unopened.ts';
import { carryOut, emitNote, type Work } from './carry-out.ts';
import { hourIn, jobOf, parseDate } from './names.ts';
import { finishReruns } from './rerun/finish.ts';
import type { Context, Input, RunView } from './views.ts';

/** Runs a job for a date. A run of the job that was interrupted goes on first, whatever its date. */
export async function run(
  project: Project,
  input: Input<'run'> & Pick<Work, 'snapshot' | 'fixed'>,
  context: Context,
): Promise<RunView> {
  const job = jobOf(project, input.job);
  const tick = await tickAsked(job, input, project);
  if (input.date && Temporal.PlainDate.compare(tick.date, todayIn(tick.zone, project)) > 0)
    emitNote(context, `note: ${tick.date} has not come yet`);
  const { params, again, select: chosen = [], snapshot, anyway, fixed, by } = input;
  const work: Work = {
    job: jobName(job, input),
    steps: select(stepsOf(project.graph, job).steps, chosen),
    tick,
    reason: isEndless(job) ? 'always' : 'manual',
    ...(params ? { params } : {}),
    ...(fixed ? { fixed } : {}),
    ...(again ? { again } : {}),
    ...(snapshot ? { snapshot } : {}),
    ...(anyway ? { anyway } : {}),
    ...(by ? { by } : {}),
  };
  await finishReruns(work, project, context);
  for (;;) {
    const view = await carryOut(work, project, context).catch(async (error: unknown) => {
      // Who has a job run by something that nobody looks at hears of it as of a run that failed.
      if (chosen.length === 0 && error instanceof EsteiraError && error.code === 'RUN_NOT_READY')
        await tellUnopened(job, { tick, error: said(error, project) as EsteiraError }, project, context);
      throw error;
    });
    const isAsked = view.logicalTime === tick.logicalTime.toString();
    if (isAsked || view.state !== 'succeeded') return view;
    emitNote(context, `The interrupted run of ${view.date} is finished; now the run of ${tick.date}.`);
  }
}

const todayIn = (zone: string, { clock }: Project): Temporal.PlainDate =>
  clock.now().toZonedDateTimeISO(zone).toPlainDate();

/** Only a schedule knows its times: a run by hand that did not succeed goes on under the time at which it was opened. */
export async function tickAsked(
  job: Job,
  input: Pick<Input<'run'>, 'job' | 'date' | 'select'>,
  project: Project,
): Promise<Tick> {
  const tick = await tickFor(job, input.date, project);
  if (hourIn(input.date)) return tick;
  if (isScheduled(job) || isEndless(job)) return tick;
  const name = jobName(job, input);
  const [last] = await project.state.runs({ job: name, limit: 1 });
  if (last?.date.equals(tick.date) && ['running', 'failed'].includes(last.state))
    return { ...tick, logicalTime: last.logicalTime };
  // A date that is asked for by its name is done once, as in a scheduled job.
  if (input.date) {
    const [done] = await project.state.runs({ job: name, date: tick.date, state: 'succeeded', limit: 1 });
    if (done) return { ...tick, logicalTime: done.logicalTime };
  }
  // A clock that stands still must not make two dates one run.
  for (let { logicalTime } = tick; ; logicalTime = logicalTime.add({ milliseconds: 1 })) {
    const [taken] = await project.state.runs({ job: name, logicalTime, limit: 1 });
    if (!taken || taken.date.equals(tick.date)) return { ...tick, logicalTime };
  }
}

/** Of a date, of an hour, or without either the last that was due. */
export async function tickFor(job: Job, asked: string | undefined, project: Project): Promise<Tick> {
  const { graph, clock } = project;
  const timetable = await timetableOf(job, project);
  const hour = hourIn(asked);
  if (hour && hoursOf(job, graph).length === 0) throw noHours(job, hour);
  if (hour) return timetable.ofHour(hour) ?? refuseHour(job, hour, timetable);
  const now = clock.now();
  return timetable.tick({ now, ...(asked ? { date: parseDate(asked) } : {}) });
}

const noHours = (job: Job, { called }: Span): EsteiraError =>
  new EsteiraError('COMMAND_UNKNOWN', {
    what: `The job ${job.name} reads no hours: no source above it has \`hour\`.`,
    got: `--date ${called}`,
    allowed: 'YYYY-MM-DD',
    next: `esteira run ${job.name} --date ${called.slice(0, 'YYYY-MM-DD'.length)}`,
  });

function refuseHour(job: Job, { called }: Span, { when }: Timetable): never {
  throw new EsteiraError('COMMAND_UNKNOWN', {
    what: `The job ${job.name} is not due in the hour after ${called}: it never reads that hour.`,
    got: `--date ${called}`,
    allowed: `hours after which it is due: ${when}`,
    next: 'Give a date without an hour, or one of these.',
  });
}

/** Runs of a part of a job are counted for themselves. */
const jobName = (job: Job, { select }: Pick<Input<'run'>, 'select'>): string =>
  select?.length ? `${job.name}:${select.join(',')}` : job.name;
