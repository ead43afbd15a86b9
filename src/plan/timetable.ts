import type { Span } from '../ports/index.ts';
import { dueOn, nextTick, type Tick, type TimedJob, tickOf, tickOfHour, whenText } from './ticks.ts';
import { ticksBetween } from './ticks-due.ts';

/** From when on a job is due in some way. */
interface Period {
  /** Absent of the first. */
  readonly from?: Temporal.Instant;
  readonly job: TimedJob;
}
interface Bounded extends Period {
  readonly until?: Temporal.Instant;
}

/**
 * When a job was due, and is: by each period's times within that period alone, so that a schedule that is changed never makes anything due in the past,
 * nor takes back what was due.
 */
export class Timetable {
  readonly #periods: readonly Bounded[];

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
    for (const { from, until, job } of this.#periods) {
      if (until && !isBefore(after, until)) continue;
      const next = nextTick(job, latest(after, from));
      if (next && !(until && isBefore(until, next))) return next;
    }
    return undefined;
  }

  /** As `ticksBetween` of a job. */
  between(after: Temporal.Instant, upTo: Temporal.Instant): ReturnType<typeof ticksBetween> {
    return this.#periods.flatMap(({ from, until, job }) => {
      const [begin, end] = [latest(after, from), until && isBefore(until, upTo) ? until : upTo];
      return isBefore(begin, end) ? ticksBetween(job, begin, end) : [];
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
      return tick && isWithin(period, tick) ? [tick] : [];
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
}

const isWithin = ({ from, until }: Bounded, { logicalTime }: Tick): boolean =>
  !(from && !isBefore(from, logicalTime)) && !(until && isBefore(until, logicalTime));
const isBefore = (one: Temporal.Instant, other: Temporal.Instant): boolean => Temporal.Instant.compare(one, other) < 0;
const latest = (one: Temporal.Instant, other: Temporal.Instant | undefined): Temporal.Instant =>
  other && isBefore(one, other) ? other : one;
