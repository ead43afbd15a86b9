import type { Job, Setting, Trigger } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { readCron, type Times, whereOf } from '../graph/index.ts';
import type { Span } from '../ports/index.ts';

/** One due time of a job, and the day it is for. */
export interface Tick {
  /** The only "now" that a query sees. */
  readonly logicalTime: Temporal.Instant;
  readonly date: Temporal.PlainDate;
  readonly zone: string;
}
/** A schedule whose times are known: of one that is a setting, the setting's text. */
export type CronTrigger = Omit<Extract<Trigger, { on: 'cron' }>, 'expression'> & {
  readonly expression: string;
  readonly setting?: Setting<string>;
};
/** A job as it is due while no setting is changed. */
export interface TimedJob extends Job {
  readonly triggers: readonly TimedTrigger[];
}
type TimedTrigger =
  | CronTrigger
  | { readonly on: 'after'; readonly of: TimedJob }
  | Exclude<Trigger, { on: 'cron' | 'after' }>;

/**
 * The tick of a date: the first that is due for it by any of the job's schedules, else (a day without one) midnight in the zone of the first.
 * Without a date the last one due. A job by hand takes the time it is opened, and the day before, and so does one that comes after it, or after an alert. Throws DEFINITION_INVALID for a schedule that
 * cannot be read.
 */
export function tickOf(
  job: TimedJob,
  options: { readonly date?: Temporal.PlainDate; readonly now: Temporal.Instant },
): Tick {
  const { now, date } = options;
  const schedules = cronsOf(job).map((trigger) => ({ trigger, cron: cronExpression(trigger, job) }));
  const [first] = schedules;
  if (!first) {
    const days = isOfToday(job) ? 0 : 1;
    return {
      logicalTime: now,
      date: date ?? now.toZonedDateTimeISO('UTC').toPlainDate().subtract({ days }),
      zone: 'UTC',
    };
  }
  if (date) {
    const { zone } = first.trigger;
    const midnight = date
      .add({ days: shiftOf(first.trigger) })
      .toZonedDateTime(zone)
      .toInstant();
    return dueOn(date, job) ?? { logicalTime: midnight, date, zone };
  }
  const last = schedules.map(({ trigger, cron }): Tick => {
    const [before] = cron.previousRuns(1, justAfter(now));
    const logicalTime = before ? instantOf(before) : now;
    const day = logicalTime.toZonedDateTimeISO(trigger.zone).toPlainDate();
    return { logicalTime, date: day.subtract({ days: shiftOf(trigger) }), zone: trigger.zone };
  });
  return last.toSorted(byTime).at(-1) as Tick;
}

/**
 * The tick of an hour: the first that is due when it has ended, in the hour after it, and after an instant where one is said; a job by hand is due with
 * its end. Nothing where there is none.
 */
export function tickOfHour(job: TimedJob, { until }: Span, after?: Temporal.Instant): Tick | undefined {
  const schedules = cronsOf(job).map((trigger) => ({ trigger, cron: cronExpression(trigger, job) }));
  if (schedules.length === 0)
    return {
      logicalTime: until,
      date: until.subtract({ hours: 1 }).toZonedDateTimeISO('UTC').toPlainDate(),
      zone: 'UTC',
    };
  const due = schedules.flatMap(({ trigger, cron }): readonly Tick[] => {
    const before = until.epochMilliseconds - 1000;
    const next = cron.nextRun(new Date(Math.max(before, after?.epochMilliseconds ?? before)));
    const logicalTime = next && instantOf(next);
    if (!logicalTime || Temporal.Instant.compare(logicalTime, until.add({ hours: 1 })) >= 0) return [];
    const day = logicalTime.toZonedDateTimeISO(trigger.zone).toPlainDate();
    return [{ logicalTime, date: day.subtract({ days: shiftOf(trigger) }), zone: trigger.zone }];
  });
  return due.toSorted(byTime)[0];
}

/** What comes in without end is of the day on which it comes; every other job without a schedule is begun when its day is over. */
const isOfToday = (job: Job): boolean =>
  job.triggers.some((trigger) => trigger.on === 'always' || (trigger.on === 'after' && isOfToday(trigger.of)));

/** Schedules know whole seconds: what is due in this very one is before this. */
export const justAfter = (now: Temporal.Instant): Date => new Date(Math.floor(now.epochMilliseconds / 1000 + 1) * 1000);

interface Schedule {
  readonly trigger: CronTrigger;
  readonly cron: Times;
}
/** Days between the date of a run and the day on which it is due. */
export const shiftOf = ({ date }: CronTrigger): number => (date === 'the day before' ? 1 : 0);
const byTime = (one: Tick, other: Tick): number => Temporal.Instant.compare(one.logicalTime, other.logicalTime);

/** The first that is due for a date, after an instant where one is said. */
export function dueOn(date: Temporal.PlainDate, job: TimedJob, after?: Temporal.Instant): Tick | undefined {
  const schedules = cronsOf(job).map((trigger) => ({ trigger, cron: cronExpression(trigger, job) }));
  return schedules.flatMap((schedule) => dueFor(date, schedule, after)).toSorted(byTime)[0];
}
function dueFor(date: Temporal.PlainDate, { trigger, cron }: Schedule, after?: Temporal.Instant): readonly Tick[] {
  const { zone } = trigger;
  const midnight = date.add({ days: shiftOf(trigger) }).toZonedDateTime(zone);
  const before = midnight.epochMilliseconds - 1000;
  const next = cron.nextRun(new Date(Math.max(before, after?.epochMilliseconds ?? before)));
  const logicalTime = next && instantOf(next);
  const isThatDay = logicalTime?.toZonedDateTimeISO(zone).toPlainDate().equals(midnight.toPlainDate());
  return logicalTime && isThatDay ? [{ logicalTime, date, zone }] : [];
}

/** The next tick after now, of all its schedules; a job by hand has none, and one that comes after another is not known beforehand. */
export function nextTick(job: TimedJob, now: Temporal.Instant): Temporal.Instant | undefined {
  const next = job.triggers.flatMap((trigger) => {
    const run = trigger.on === 'cron' && cronExpression(trigger, job).nextRun(new Date(now.epochMilliseconds));
    return run ? [instantOf(run)] : [];
  });
  return next.toSorted(Temporal.Instant.compare)[0];
}

export function whenText(job: TimedJob): string {
  if (job.triggers.length === 0) return 'by hand';
  return job.triggers.map(triggerText).join(', ');
}

function triggerText(trigger: TimedTrigger): string {
  if (trigger.on === 'cron') {
    const text = `${trigger.expression} ${trigger.zone}`;
    return trigger.setting ? `${text} (${settingName(trigger.setting)})` : text;
  }
  if (trigger.on === 'alerted') return `alert ${trigger.of.name}`;
  return trigger.on === 'after' ? `after ${trigger.of.name}` : 'always';
}

/** As people name it: `config.limits.due`. */
export const settingName = ({ of, setting }: Setting<unknown>): string => `${of.name}.${setting}`;

/** Its times are known before it is opened. */
export const isScheduled = (job: Job): boolean =>
  job.triggers.some((trigger) => trigger.on === 'cron' || (trigger.on === 'after' && isScheduled(trigger.of)));

/** Its own schedules, and those of the jobs that it comes after: it has their dates. */
export function cronsOf(job: TimedJob): readonly CronTrigger[] {
  return job.triggers.flatMap((trigger) => {
    if (trigger.on === 'cron') return [trigger];
    return trigger.on === 'after' ? cronsOf(trigger.of) : [];
  });
}

/** Its schedules know weekdays, no days of the month and no months. */
export const isOfWeeks = (job: TimedJob): boolean =>
  cronsOf(job).every(({ expression }) => /^\S+\s+\S+\s+\*\s+\*\s/.test(expression.trim()));

export function cronExpression(trigger: Pick<CronTrigger, 'expression' | 'zone'>, job: Job): Times {
  const cron = readCron(trigger.expression, trigger.zone);
  if (typeof cron === 'string') throw notCron(trigger, job, cron);
  return cron;
}

const notCron = ({ expression, zone }: Pick<CronTrigger, 'expression' | 'zone'>, job: Job, why: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The schedule of ${job.name} cannot be read.`,
    where: whereOf(job),
    got: `${expression} in ${zone}\n${why}`,
    allowed: 'five fields of cron (minute hour day month weekday) and an IANA time zone',
    next: "Write, for example, cron('0 2 * * *', { zone: 'America/Sao_Paulo' }).",
  });
export const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
