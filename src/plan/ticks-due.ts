import type { AnySource, Job, Missed, Trigger } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { type Graph, stepsOf, whereOf } from '../graph/index.ts';
import { hourBefore, type Span } from '../ports/index.ts';
import {
  type CronTrigger,
  cronExpression,
  instantOf,
  isOfWeeks,
  isScheduled,
  justAfter,
  settingName,
  shiftOf,
  type Tick,
  type TimedJob,
  tickOfHour,
  whenText,
} from './ticks.ts';
import { scheduleSettings, standardText, timed } from './timed.ts';

/** A due time of a job, and the schedule that says so. */
export interface DueTick extends Tick {
  /** `0 2 * * * America/Sao_Paulo`; of a setting its name, which stays when its value is changed. */
  readonly cause: string;
  /** It stands for all the times from its own on, to this one, that not included: they are too many to be told one by one. */
  readonly until?: Temporal.Instant;
}
/** What becomes of ticks of one cause that were missed. */
export interface Late {
  readonly missed: Missed;
  /** So many, the newest, of `run each`. */
  readonly limit: number;
}

/** More ticks than a person would count one by one are told as one. */
const mostAtOnce = 1000;

/**
 * What was due after one instant and up to another, that included, by the job's own schedules, in order: each of a wall clock's times once, be the
 * clock put forward over it or back.
 */
export function ticksBetween(job: TimedJob, after: Temporal.Instant, upTo: Temporal.Instant): readonly DueTick[] {
  const found = new Map<string, DueTick>();
  for (const trigger of job.triggers) {
    if (trigger.on !== 'cron') continue;
    for (const tick of ticksOf(trigger, job, { after, upTo })) found.set(tick.logicalTime.toString(), tick);
  }
  return [...found.values()].toSorted((a, b) => Temporal.Instant.compare(a.logicalTime, b.logicalTime));
}

function ticksOf(
  trigger: CronTrigger,
  job: TimedJob,
  { after, upTo }: { readonly after: Temporal.Instant; readonly upTo: Temporal.Instant },
): readonly DueTick[] {
  const cron = cronExpression(trigger, job);
  const times: Temporal.Instant[] = [];
  // The newest first, one at a time: mostly there is none, or one.
  const before = (time: Date): Date | undefined => {
    const [found] = cron.previousRuns(1, time);
    return found && found.getTime() > after.epochMilliseconds ? found : undefined;
  };
  let next = before(justAfter(upTo));
  for (; next && times.length < mostAtOnce; next = before(next)) times.unshift(instantOf(next));
  const { zone } = trigger;
  const tick = (logicalTime: Temporal.Instant): DueTick => {
    const day = logicalTime.toZonedDateTimeISO(zone).toPlainDate();
    return { logicalTime, date: day.subtract({ days: shiftOf(trigger) }), zone, cause: causeOf(trigger) };
  };
  const [oldest] = times;
  const first = next && cron.nextRun(new Date(after.epochMilliseconds));
  return [...(first && oldest ? [{ ...tick(instantOf(first)), until: oldest }] : []), ...times.map(tick)];
}

/** What made a tick due, as it is kept with it. */
export function causeOf(trigger: Trigger | TimedJob['triggers'][number]): string {
  if (trigger.on === 'alerted') return `alert ${trigger.of.name}`;
  if (trigger.on !== 'cron') return trigger.on === 'after' ? `after ${trigger.of.name}` : 'always';
  const { expression, zone } = trigger;
  const setting = typeof expression === 'string' ? 'setting' in trigger && trigger.setting : expression;
  return `${setting ? settingName(setting) : expression} ${zone}`;
}

/** How the ticks of a cause are treated when they come late; one that the job has no more is treated as the job's others. */
export function lateOf(job: Job, cause: string, graph: Graph): Late {
  const trigger = job.triggers.find((one) => causeOf(one) === cause);
  const { missed, limit = 100 } = trigger?.on === 'cron' ? trigger : {};
  // What comes after another job, or an alert, has the dates of those: none of them is passed over unasked.
  const usual =
    trigger?.on === 'after' || trigger?.on === 'alerted' || daysOf(job, graph).length > 0 ? 'run each' : 'run once';
  return { missed: missed ?? usual, limit };
}

/** Sources above a job that give it the rows of the run's date only: a date that is not run is a date that is not read. */
function daysOf(job: Job, graph: Graph): readonly string[] {
  const ofDay = ({ day, reader }: AnySource): boolean =>
    day !== undefined || (reader.options['pattern'] ?? '').includes('{date}');
  return [
    ...new Set(
      sourcesOf(job, graph)
        .filter(ofDay)
        .map(({ name }) => name),
    ),
  ];
}
/** Sources above a job that give it the rows of an hour only. */
export const hoursOf = (job: Job, graph: Graph): readonly AnySource[] => [
  ...new Set(sourcesOf(job, graph).filter(({ hourly }) => hourly)),
];
function sourcesOf(job: Job, graph: Graph): readonly AnySource[] {
  const above = stepsOf(graph, job).steps.flatMap(({ node }) => node.definition.dependsOn);
  return above.filter((definition): definition is AnySource => definition.kind === 'source');
}

const skips = (trigger: Trigger): boolean => trigger.on === 'cron' && trigger.missed === 'skip';

/** Throws DEFINITION_INVALID for a job that would lose days: it skips them, and no other job reads them. */
export function refuseLostDays(graph: Graph): void {
  const jobs = [...graph.jobs.values()];
  for (const job of jobs.filter(({ triggers }) => triggers.some(skips))) {
    const others = jobs.filter((other) => other !== job && other.triggers.length > 0 && !other.triggers.some(skips));
    const read = new Set(others.flatMap((other) => daysOf(other, graph)));
    const lost = daysOf(job, graph).find((source) => !read.has(source));
    if (lost !== undefined)
      throw new EsteiraError('DEFINITION_INVALID', {
        what: `The job ${job.name} would never read the days that it skips.`,
        where: whereOf(job),
        got: `missed: 'skip', and ${lost}, which gives the rows of the run's date`,
        allowed: "missed: 'run each' or 'run once'; 'skip' where another job reads the same days",
        next: 'Leave out missed: each day is then run, the oldest first.',
      });
  }
}

/**
 * Hours are looked for in a week, one of no change of clocks, wherever; where they are read by schedules of months, or of days of them, in a year with
 * 29 February.
 */
const sample = { from: Temporal.Instant.from('2028-01-10T00:00:00Z'), week: 7 * 24, year: 366 * 24 };

/** Throws DEFINITION_INVALID for a source of which schedules read some hours, and no schedule the others. */
export function refuseLostHours(graph: Graph): void {
  const scheduled = [...graph.jobs.values()].filter((job) => isScheduled(job));
  const readers = Map.groupBy(
    scheduled.flatMap((job) => hoursOf(job, graph).map((source) => ({ job, source }))),
    ({ source }) => source,
  );
  for (const [source, all] of readers) {
    const changing = all.find(({ job }) => scheduleSettings(job).length > 0)?.job;
    // A setting may leave out hours tomorrow.
    const jobs = all.filter(({ job }) => scheduleSettings(job).length === 0).map(({ job }) => timed(job, standardText));
    const ofWeeks = jobs.filter(isOfWeeks);
    const some = lostHour(ofWeeks, sample.week);
    const span = some && ofWeeks.length < jobs.length ? lostHour(jobs, sample.year) : some;
    const first = jobs[0] ?? changing;
    if (first && span)
      throw new EsteiraError('DEFINITION_INVALID', {
        what: `No run would ever read some hours of ${source.name}.`,
        where: whereOf(first),
        got: `${all.map(({ job }) => `${job.name}: ${whenText(timed(job, standardText))}`).join('; ')}; not ${span.called.slice(-2)}:00 to ${span.until.toString().slice(11, 16)} of ${span.called.slice(0, 10)}, for one${changing ? `, once somebody changes the setting of ${changing.name}` : ''}`,
        allowed: "a job that is due in each hour: cron('5 * * * *')",
        next: 'Have it run each hour, or read days or what is unread.',
      });
  }
}

/** The first in a sample that none of the jobs reads. */
function lostHour(jobs: readonly TimedJob[], hours: number): Span | undefined {
  for (let hour = 1; hour <= hours; hour++) {
    const span = hourBefore(sample.from.add({ hours: hour }));
    if (jobs.every((job) => tickOfHour(job, span) === undefined)) return span;
  }
  return undefined;
}
