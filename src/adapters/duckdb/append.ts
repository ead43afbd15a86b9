import { type DuckDBAppender, DuckDBDateValue, DuckDBTimestampTZValue } from '@duckdb/node-api';
import type { ColumnFacts, Columns, Kind } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import { storedType } from './dialect.ts';

/** Rows of a function wait in these types, wide enough that a value which is not of its column's kind is there to be judged. */
export function appendedType(facts: ColumnFacts): string {
  const wider: Partial<Record<Kind, string>> = { integer: 'DOUBLE', bigint: 'HUGEINT', decimal: 'VARCHAR' };
  return wider[facts.kind] ?? storedType(facts);
}

const isDay = (value: unknown): value is Temporal.PlainDate => value instanceof Temporal.PlainDate;
const isInstant = (value: unknown): value is Temporal.Instant => value instanceof Temporal.Instant;
const isType = (type: string) => (value: unknown) => typeof value === type;

/** Days since 1970-01-01 in the proleptic calendar, counted by hand: Temporal would make a duration for each row. */
function daysOf(day: Temporal.PlainDate): number {
  const { year, month, day: ofMonth } = day.withCalendar('iso8601');
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + ofMonth - 1;
  return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468;
}
/** Microseconds since 1970, what is finer cut off towards the past: before 1970 a division of bigints would go the other way. */
function microsOf(at: Temporal.Instant): bigint {
  const nanoseconds = at.epochNanoseconds;
  const floor = nanoseconds / 1000n;
  return nanoseconds < floor * 1000n ? floor - 1n : floor;
}

/** Whether a value is of the kind, what to call the kind, and the appender's own method for it. */
interface Way {
  readonly is: (value: unknown) => boolean;
  readonly kind: string;
  readonly append: (appender: DuckDBAppender, value: never) => void;
}
const text: Way = { is: isType('string'), kind: 'text', append: (to, value: string) => to.appendVarchar(value) };
const number: Way = { is: isType('number'), kind: 'a number', append: (to, value: number) => to.appendDouble(value) };
const json: Way = {
  is: (value) => JSON.stringify(value) !== undefined,
  kind: 'a value that JSON can say',
  append: (to, value: unknown) => to.appendVarchar(JSON.stringify(value)),
};
/**
 * How a value of JavaScript is appended, by the column's kind. Only the kind's own type is taken: a number for a decimal, say, may have lost digits
 * already.
 */
const ways: Readonly<Record<Kind, Way>> = Object.freeze({
  text,
  integer: number,
  bigint: { is: isType('bigint'), kind: 'a bigint', append: (to, value: bigint) => to.appendHugeInt(value) },
  real: number,
  decimal: { ...text, kind: "a decimal as text, '12.50'" },
  boolean: { is: isType('boolean'), kind: 'a boolean', append: (to, value: boolean) => to.appendBoolean(value) },
  date: {
    is: isDay,
    kind: 'a Temporal.PlainDate',
    append: (to, value: Temporal.PlainDate) => to.appendDate(new DuckDBDateValue(daysOf(value))),
  },
  timestamp: {
    is: isInstant,
    kind: 'a Temporal.Instant',
    append: (to, value: Temporal.Instant) => to.appendTimestampTZ(new DuckDBTimestampTZValue(microsOf(value))),
  },
  duration: { ...text, kind: "a duration as text, '2 hours'" },
  list: { ...json, is: Array.isArray, kind: 'a list' },
  json,
});

/** Appends one row in the order of the columns, without ending it; the appender's table has `appendedType` of each. */
export function appendRow(appender: DuckDBAppender, columns: Columns, row: Readonly<Record<string, unknown>>): void {
  for (const [name, { facts }] of Object.entries(columns)) {
    const value = row[name];
    const way = ways[facts.kind];
    if (value === null || value === undefined) appender.appendNull();
    else if (way.is(value)) way.append(appender, value as never);
    else {
      throw new EsteiraError('ROW_UNKNOWN_COLUMN', {
        what: `A row gives ${name} a value of another kind.`,
        where: `column ${name}`,
        got: `${typeof value === 'string' ? JSON.stringify(value) : String(value)} (${typeof value})`,
        allowed: `${way.kind}, or null`,
        next: 'Give a value of the column’s kind, or null.',
      });
    }
  }
}
