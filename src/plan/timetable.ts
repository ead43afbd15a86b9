import type { Span } from '../ports/index.ts';
import {
  cronExpression,
  cronsOf,
  dueOn,
  instantOf,
  nextTick,
  shiftOf,
  type Tick,
  type TimedJob,
  tickOf,
  tickOfHour,
  whenText,
} from './ticks.ts';
import { causeOf, type DueTick, ticksBetween } from './ticks-due.ts';

/** From when on a job is due in some way. */
interface Period {
  /** Absent of the first. */
  readonly from?: Temporal.Instant;
  readonly job: TimedJob;
  /** Nobody has kept yet when it began: another look will say another time. */
  readonly isUnkept?: boolean;
}
interface Bounded extends Period {
  readonly until?: Temporal.Instant;
}

/**
 * When a job was due, and is: by each period's times within that period alone, so that a schedule that is changed never makes anything due in the past,
 * nor takes back what was due. A day that was still to come by the one schedule and is over by the next is due in the moment of the change.
 */
export class Timetable {
  readonly #periods: readonly Bounded[];
  #made: ReadonlyMap<Bounded, readonly DueTick[]> | undefined;

  /** The oldest first. */
  constructor(periods: readonly [Period, ...Period[]]) {
    this.#periods = periods.map((period, at) => {
      const until = periods[at + 1]?.from;
      return until ? { ...period, until } : period;
    });
  }

  get #now(): TimedJob {
    return (this.#periods.at(-1) as Period).job;
  }
  /** As it is due now, for people. */
  get when(): string {
    return whenText(this.#now);
  }
  /** Of what is due now; absent where it was never changed. */
  get since(): Temporal.Instant | undefined {
    return this.#periods.at(-1)?.from;
  }

  next(after: Temporal.Instant): Temporal.Instant | undefined {
    for (const period of this.#periods) {
      const { from, until, job } = period;
      if (until && !isBefore(after, until)) continue;
      if (from && isBefore(after, from) && this.#ownMade(period).length > 0) return from;
      const next = nextTick(job, latest(after, from));
      if (next && !(until && isBefore(until, next))) return next;
    }
    return undefined;
  }

  /** As `ticksBetween` of a job. */
  between(after: Temporal.Instant, upTo: Temporal.Instant): readonly DueTick[] {
    return this.#periods.flatMap((period) => {
      const { from, until, job } = period;
      const [begin, end] = [latest(after, from), until && isBefore(until, upTo) ? until : upTo];
      const made = from && isBefore(after, from) && !isBefore(upTo, from) ? this.#ownMade(period) : [];
      return isBefore(begin, end) ? [...made, ...ticksBetween(job, begin, end)] : made;
    });
  }

  /** As `tickOf` of a job. */
  tick(options: { readonly date?: Temporal.PlainDate; readonly now: Temporal.Instant }): Tick {
    const usual = tickOf(this.#now, options);
    if (this.#periods.length === 1) return usual;
    const { date, now } = options;
    const found = this.#periods.flatMap((period) => {
      const { from, until, job } = period;
      const tick = date ? dueOn(date, job, from) : tickOf(job, { now: until && isBefore(until, now) ? until : now });
      const made = this.#allMade(period).filter((one) =>
        date ? one.date.equals(date) : !isBefore(now, one.logicalTime),
      );
      return [...made.map(plain), ...(tick && isWithin(period, tick) ? [tick] : [])];
    });
    return found.at(date ? 0 : -1) ?? usual;
  }

  /** As `tickOfHour` of a job. */
  ofHour(span: Span): Tick | undefined {
    for (const period of this.#periods) {
      const tick = tickOfHour(period.job, span, period.from);
      if (tick && isWithin(period, tick)) return tick;
    }
    return tickOfHour(this.#now, span);
  }

  /** Of its own schedules, none of a job that it comes after. */
  #ownMade(period: Bounded): readonly DueTick[] {
    const causes = period.job.triggers.map(causeOf);
    return this.#allMade(period).filter(({ cause }) => causes.includes(cause));
  }

  /** What a period begins with: days that were still to come by the schedule before, and are over by its own. */
  #allMade(period: Bounded): readonly DueTick[] {
    this.#made ??= this.#makeUp();
    return this.#made.get(period) ?? [];
  }

  #makeUp(): ReadonlyMap<Bounded, readonly DueTick[]> {
    const made = new Map<Bounded, readonly DueTick[]>();
    const dates = new Set<string>();
    for (const [at, period] of this.#periods.entries()) {
      const before = this.#periods[at - 1];
      if (!before || !period.from || period.isUnkept) continue;
      const { job, from } = period;
      // A day that is still to come by its own schedule may be lost by the next.
      const isOver = (date: Temporal.PlainDate): boolean => !!dueOn(date, job) && !dueOn(date, job, from);
      const [first] = leftOfDay(before.job, from).filter(
        ({ date }) => !dates.has(date.toString()) && isOver(date) && !this.#isDue(date, from),
      );
      if (!first) continue;
      made.set(period, [first]);
      dates.add(first.date.toString());
    }
    return made;
  }

  /** In any period: a day that is due later by still another schedule is not lost. */
  #isDue(date: Temporal.PlainDate, about: Temporal.Instant): boolean {
    const isNear = ({ from, until }: Bounded): boolean =>
      !(until && isBefore(until, about.subtract({ hours: 72 }))) && !(from && isBefore(about.add({ hours: 72 }), from));
    return this.#periods.some((period) => {
      const tick = isNear(period) && dueOn(date, period.job, period.from);
      return tick && isWithin(period, tick);
    });
  }
}

/** What a job would have been due for after an instant, on the same day: as if it were due then. */
function leftOfDay(job: TimedJob, from: Temporal.Instant): readonly DueTick[] {
  return cronsOf(job).flatMap((trigger): readonly DueTick[] => {
    const { zone } = trigger;
    const next = cronExpression(trigger, job).nextRun(new Date(from.epochMilliseconds));
    const day = from.toZonedDateTimeISO(zone).toPlainDate();
    if (!next || !instantOf(next).toZonedDateTimeISO(zone).toPlainDate().equals(day)) return [];
    return [{ logicalTime: from, date: day.subtract({ days: shiftOf(trigger) }), zone, cause: causeOf(trigger) }];
  });
}

const plain = ({ logicalTime, date, zone }: DueTick): Tick => ({ logicalTime, date, zone });
const isWithin = ({ from, until }: Bounded, { logicalTime }: Tick): boolean =>
  !(from && !isBefore(from, logicalTime)) && !(until && isBefore(until, logicalTime));
const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
const latest = (one: Temporal.Instant, other: Temporal.Instant | undefined): Temporal.Instant =>
  other && isBefore(one, other) ? other : one;
