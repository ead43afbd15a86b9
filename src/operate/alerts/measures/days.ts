import { type Duration, parseDuration } from '../../../columns/index.ts';
import type { AnyReadable, LastDays } from '../../../define/index.ts';
import type { Dialect } from '../../../ports/index.ts';

/** Days one after the other. */
export interface Days {
  readonly first: Temporal.PlainDate;
  readonly last: Temporal.PlainDate;
}

/** So many days up to one, that included. */
export function daysUpTo(last: Temporal.PlainDate, length: Duration): Days {
  const { count, unit } = parseDuration(length) ?? { count: 1, unit: 'day' };
  const before = last.subtract(unit === 'month' ? { months: count } : { days: count });
  return { first: before.add({ days: 1 }), last };
}

/** A condition: a column is of these days; of an instant by UTC. */
export function isOf({ first, last }: Days, { rows, at }: Column, dialect: Dialect): string {
  const name = dialect.identifier(at);
  const start = (day: Temporal.PlainDate) =>
    dialect.literal(rows.columns[at].facts.kind === 'date' ? day : day.toZonedDateTime('UTC').toInstant());
  return `${name} >= ${start(first)} and ${name} < ${start(last.add({ days: 1 }))}`;
}
interface Column {
  readonly rows: AnyReadable;
  readonly at: string;
}

/** A condition for the rows that are measured; without days all are. */
export const within = (
  days: LastDays | undefined,
  { rows, date, dialect }: { readonly rows: AnyReadable; readonly date: Temporal.PlainDate; readonly dialect: Dialect },
): string => (days ? isOf(daysUpTo(date, days.last), { rows, at: days.at }, dialect) : 'true');

/** In words; nothing where all rows are measured. */
export function spanText(days: LastDays | undefined, date: Temporal.PlainDate): string {
  if (!days) return '';
  const { first, last } = daysUpTo(date, days.last);
  return first.equals(last) ? ` of ${last}` : ` from ${first} to ${last}`;
}
