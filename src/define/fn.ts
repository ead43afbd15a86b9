import { edges, type Fragment, type Mention, type RunValue, run, type Setting } from './rows.ts';

/** A SQL expression as text ('p.opened_at'), or a value of the run or of the settings. */
type Expression = string | RunValue | Setting<any> | Fragment; // any: a setting of whatever type
type Count = number | Setting<number>;

const fragment = (fn: FragmentName, ...args: readonly unknown[]): Fragment =>
  Object.freeze({
    fn,
    args: Object.freeze(args),
    reads: Object.freeze(args.flatMap((argument) => (typeof argument === 'object' ? edges(argument as Mention) : []))),
  });

/** What each engine must spell; an adapter's dialect answers for every one of them. */
export const fragmentNames = Object.freeze([
  'months_between',
  'days_between',
  'minutes_between',
  'add_months',
  'add_days',
  'last_days',
  'last_months',
  'start_of',
  'day_of_week',
  'local_time',
  'quantile',
  'json_text',
  'share',
  'to_integer',
  'to_real',
  'to_timestamp',
  'calendar',
] as const);
type FragmentName = (typeof fragmentNames)[number];

/** Functions that mean the same on every engine; plain SQL spells these differently or, worse, silently means another thing. */
export const fn = Object.freeze({
  /** Whole months from one day to another, counted by month boundaries crossed. */
  monthsBetween: (from: Expression, to: Expression) => fragment('months_between', from, to),
  /** Days from one day (or instant, by its UTC day) to another, counted by midnights crossed. */
  daysBetween: (from: Expression, to: Expression) => fragment('days_between', from, to),
  /** Minutes with their fraction, a real number. */
  minutesBetween: (from: Expression, to: Expression) => fragment('minutes_between', from, to),
  /** The same day so many months later; the last of the month where it has no such day. */
  addMonths: (date: Expression, months: Count) => fragment('add_months', date, months),
  addDays: (date: Expression, days: Count) => fragment('add_days', date, days),
  /** True in the last so many days up to the run's date (or `until`), that date included. */
  lastDays: (of: Expression, days: Count, until: Expression = run.date) => fragment('last_days', of, days, until),
  /** True in the last so many months up to the run's date (or `until`), that date included. */
  lastMonths: (of: Expression, months: Count, until: Expression = run.date) =>
    fragment('last_months', of, months, until),
  /** Start of the hour (an instant or wall time stays one), or of the day, week (Monday) or month (a date). */
  startOf: (unit: 'hour' | 'day' | 'week' | 'month', at: Expression) => fragment('start_of', unit, at),
  /** 1 is Monday. */
  dayOfWeek: (date: Expression) => fragment('day_of_week', date),
  /** The clock on the wall there, at an instant. */
  localTime: (at: Expression, zone: string) => fragment('local_time', at, zone),
  /** The value below which that share of the values lies, interpolated linearly. */
  quantile: (of: Expression, share: number) => fragment('quantile', of, share),
  jsonText: (of: Expression, path: string) => fragment('json_text', of, path),
  /** A number in [0, 1) that depends only on the value: a stable split. */
  share: (of: Expression) => fragment('share', of),
  /** Null when the text is not of that kind, never an error. */
  toInteger: (of: Expression) => fragment('to_integer', of),
  toReal: (of: Expression) => fragment('to_real', of),
  toTimestamp: (of: Expression) => fragment('to_timestamp', of),
  /** One row a day: `${fn.calendar('2025-01-01', run.date)}`, column `date`. */
  calendar: (from: Expression, until: Expression) => fragment('calendar', from, until),
});
