import { Cron } from 'croner';
import type { Job, Trigger } from '../define/index.ts';
import { EsteiraError } from '../errors.ts';
import { whereOf } from '../graph/index.ts';

/** One due time of a job, and the day it is for. */
export interface Tick {
  /** The only "now" that a query sees. */
  readonly logicalTime: Temporal.Instant;
  readonly date: Temporal.PlainDate;
  readonly zone: string;
}
type CronTrigger = Extract<Trigger, { on: 'cron' }>;

/**
 * The tick of a date: the first that is due for it, else (a day without one) midnight there. Without a date the last one due. A job by hand
 * takes the time it is opened, and the day before.
 */
export function tickOf(
  job: Job,
  options: { readonly date?: Temporal.PlainDate; readonly now: Temporal.Instant },
): Tick {
  const trigger = cronOf(job);
  const { now } = options;
  if (!trigger) {
    const date =
      options.date ??
      now
        .toZonedDateTimeISO('UTC')
        .toPlainDate()
        .subtract({ days: job.triggers.length ? 0 : 1 });
    return { logicalTime: now, date, zone: 'UTC' };
  }
  const { zone } = trigger;
  const shift = trigger.date === 'the day before' ? 1 : 0;
  const cron = cronExpression(trigger, job);
  if (!options.date) {
    const [last] = cron.previousRuns(1, new Date(now.epochMilliseconds + 1000));
    const logicalTime = last ? instantOf(last) : now;
    return { logicalTime, date: logicalTime.toZonedDateTimeISO(zone).toPlainDate().subtract({ days: shift }), zone };
  }
  const midnight = options.date.add({ days: shift }).toZonedDateTime(zone);
  const next = cron.nextRun(new Date(midnight.epochMilliseconds - 1000));
  const due = next && instantOf(next);
  const isThatDay = due?.toZonedDateTimeISO(zone).toPlainDate().equals(midnight.toPlainDate());
  return { logicalTime: due && isThatDay ? due : midnight.toInstant(), date: options.date, zone };
}

/** The next tick after now; a job by hand has none. */
export function nextTick(job: Job, now: Temporal.Instant): Temporal.Instant | undefined {
  const trigger = job.triggers.find((one) => one.on === 'cron');
  const next = trigger && cronExpression(trigger, job).nextRun(new Date(now.epochMilliseconds));
  return next ? instantOf(next) : undefined;
}

export function whenText(job: Job): string {
  if (job.triggers.length === 0) return 'by hand';
  const texts = job.triggers.map((trigger) => {
    if (trigger.on === 'cron') return `${trigger.expression} ${trigger.zone}`;
    return trigger.on === 'after' ? `after ${trigger.of.name}` : 'always';
  });
  return texts.join(', ');
}

/** Its times are known before it is opened. */
export const isScheduled = (job: Job): boolean => cronOf(job) !== undefined;

/** Its own cron, or that of the job that it comes after. */
function cronOf(job: Job): CronTrigger | undefined {
  for (const trigger of job.triggers) {
    if (trigger.on === 'cron') return trigger;
    const earlier = trigger.on === 'after' ? cronOf(trigger.of) : undefined;
    if (earlier) return earlier;
  }
  return undefined;
}

function cronExpression(trigger: CronTrigger, job: Job): Cron {
  const { zone } = trigger;
  const isUtc = zone === 'UTC';
  try {
    // What knows the zones' names and days takes longer to be loaded than a small step; UTC has none.
    if (!isUtc) Intl.DateTimeFormat('en', { timeZone: zone });
    const where = isUtc ? { utcOffset: 0 } : { timezone: zone };
    const cron = new Cron(trigger.expression, { ...where, paused: true, mode: '5-part' });
    if (cron.nextRun(new Date(0))) return cron;
  } catch (error) {
    throw notCron(trigger, job, (error as Error).message.replace(/^Cron\w+: /, ''));
  }
  throw notCron(trigger, job, 'It never comes.');
}

const notCron = ({ expression, zone }: CronTrigger, job: Job, why: string): EsteiraError =>
  new EsteiraError('DEFINITION_INVALID', {
    what: `The schedule of ${job.name} cannot be read.`,
    where: whereOf(job),
    got: `${expression} in ${zone}\n${why}`,
    allowed: 'five fields of cron (minute hour day month weekday) and an IANA time zone',
    next: "Write, for example, cron('0 2 * * *', { zone: 'America/Sao_Paulo' }).",
  });
const instantOf = (date: Date): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(date.getTime());
