import { EsteiraError } from '../../errors.ts';
import type { Piece, SourceTable, TableAsked, TableReach } from '../../ports/index.ts';
import { dayMicros, instantText } from '../common/calendar.ts';
import type { Described, DescribedColumn } from './catalogue.ts';
import { quoted } from './statements.ts';
import type { Shape } from './values/types.ts';

/** What a server said when it was connected to, before it was asked for anything. */
export interface Moment {
  /** Its clock, in microseconds since 1970. */
  readonly now: bigint;
  /** When the oldest transaction began that had written something and not ended; of those that its user may see. */
  readonly open: bigint | undefined;
}

type Cursor = 'whole' | 'timestamp' | 'timestamptz';
const cursors: Partial<Readonly<Record<Shape, Cursor>>> = {
  int2: 'whole',
  int4: 'whole',
  int8: 'whole',
  timestamp: 'timestamp',
  timestamptz: 'timestamptz',
};

export interface CursorColumn {
  readonly name: string;
  readonly of: Cursor;
  readonly nullable: boolean;
}

/** The column that says what is new. Throws SOURCE_UNUSABLE where it is not there, or cannot. */
export function cursorOf({ options: { cursor }, where }: SourceTable, described: Described): CursorColumn | undefined {
  if (cursor === undefined) return undefined;
  const { schema, name, columns } = described;
  const column = columns.find((one) => one.name === cursor);
  const of = column && cursors[column.type.shape];
  if (column && of) return { name: cursor, of, nullable: column.nullable };
  throw new EsteiraError('SOURCE_UNUSABLE', {
    what: column
      ? `${cursor} of ${schema}.${name} cannot say what is new: it is ${column.type.name}.`
      : `${schema}.${name} has no column ${cursor} that could say what is new.`,
    where,
    allowed: 'a timestamp, with or without a time zone, or a whole number',
    next: 'Name another column as its cursor, or leave it out and read the table whole.',
  });
}

const ends = { lowest: -(2n ** 63n), highest: 2n ** 63n - 1n };

function literal(of: Cursor, value: bigint): string {
  if (of === 'whole') return `(${value})::int8`;
  if (value === ends.lowest) return `'-infinity'::${of}`;
  return `'${instantText(value, of === 'timestamptz' ? '+00' : '')}'::${of}`;
}

/** A day after the server's own, so that a clock that is a little fast is not beyond it. */
const beyond = ({ now }: Moment): bigint => now + dayMicros;

/**
 * Where the cursor stands, as text of a whole number (microseconds since 1970 of a time); nothing where no row has one. A time that has not come
 * says nothing: such a row would hide all that come before then.
 */
export function reachSql(described: Described, cursor: CursorColumn, moment: Moment): string {
  const column = quoted(cursor.name);
  const greatest = `select max(${column}) as at from ${placeSql(described)}`;
  if (cursor.of === 'whole') return `select at::text as reach from (${greatest}) as t`;
  const until = literal(cursor.of, cursor.of === 'timestamptz' ? moment.now : beyond(moment));
  const micros = `(extract(epoch from at) * 1000000)::int8::text`;
  return `select case when isfinite(at) then ${micros} end as reach from (${greatest} where ${column} <= ${until}) as t`;
}

/**
 * A row that a transaction has written may be stamped with the time at which it began, and be seen only when it has ended: the bound stays before
 * the oldest that is open.
 */
export function reachOf(text: string | null, cursor: CursorColumn, { now, open }: Moment): TableReach {
  if (text === null) return whole(ends.lowest);
  const found = BigInt(text);
  if (cursor.of !== 'timestamptz') return whole(found);
  const least = open === undefined || open > now ? now : open - 1n;
  if (found <= least) return whole(found);
  const isLong = open !== undefined && now - open > patience;
  const since = instantText(open ?? now, '+00');
  const waits = `rows that are newer wait: a transaction that has written is open since ${since}, and may yet bring older ones`;
  return { ...whole(least), ...(isLong ? { waits } : {}) };
}
/** A transaction that is open for longer, in microseconds, is worth a word. */
const patience = 60_000_000n;

export const placeSql = ({ schema, name }: Described): string => `${quoted(schema)}.${quoted(name)}`;

/** A table has no parts. */
const whole = (upper: bigint): TableReach => ({ uppers: new Map([['', upper]]) });

/** What to select, as a condition; nothing for all of it. */
export function conditionSql(
  described: Described,
  asked: Pick<TableAsked, 'back' | 'within'> & { readonly piece?: Piece | undefined },
  of: {
    readonly cursor: CursorColumn | undefined;
    readonly moment: Moment;
    /** The table's own name of a column of the source. */
    readonly called: (name: string) => DescribedColumn | undefined;
    readonly where: string;
  },
): string | undefined {
  const { piece, back, within: times } = asked;
  if (times) {
    const column = of.called(times.column);
    // What is no time there is looked at when it has been read.
    const each = times.spans.map(({ from, until }) => {
      const [start, end] = column ? [timeLiteral(column, from), timeLiteral(column, until)] : [];
      // An hour of what is a day there, too.
      if (!column || !start || start === end) return undefined;
      return `${quoted(column.name)} >= ${start} and ${quoted(column.name)} < ${end}`;
    });
    if (each.includes(undefined)) return undefined;
    return each.join(' or ') || undefined;
  }
  if (!piece || !of.cursor) return undefined;
  const { cursor } = of;
  const column = quoted(cursor.name);
  const within = [
    ...(piece.lower === undefined ? [] : [`${column} >= ${literal(cursor.of, piece.lower)}`]),
    `${column} <= ${literal(cursor.of, piece.upper)}`,
  ];
  const some = [`(${within.join(' and ')})`];
  if (back) {
    const its = of.called(back.column);
    const from = its && timeLiteral(its, back.from);
    if (!from) throw noTime(described, back.column, of.where);
    some.push(`(${quoted(its.name)} >= ${from} and ${within.at(-1)})`);
  }
  // Of these nobody knows when they are new: each run reads them, and tells by their identity which it has.
  if (cursor.nullable) some.push(`${column} is null`);
  if (cursor.of !== 'whole') {
    some.push(`${column} > ${literal(cursor.of, beyond(of.moment))}`);
    if (piece.lower !== undefined) some.push(`${column} = '-infinity'`);
  }
  return some.join(' or ');
}

/** Midnight in UTC of a day, or an instant, as the column has its times; nothing where it has none. */
function timeLiteral({ type }: DescribedColumn, from: Temporal.PlainDate | Temporal.Instant): string | undefined {
  const instant = from instanceof Temporal.Instant ? from : from.toZonedDateTime('UTC').toInstant();
  const text = instant.toZonedDateTimeISO('UTC').toPlainDateTime().toString();
  switch (type.shape) {
    case 'date':
      return `'${text.slice(0, text.indexOf('T'))}'::date`;
    case 'timestamp':
      return `'${text}'::timestamp`;
    case 'timestamptz':
      return `'${text}+00'::timestamptz`;
    default:
      return undefined;
  }
}

const noTime = ({ schema, name }: Described, column: string, where: string): EsteiraError =>
  new EsteiraError('SOURCE_UNUSABLE', {
    what: `${column} of ${schema}.${name} is no time: nothing can be looked back on by it.`,
    where,
    allowed: 'a date or a timestamp',
    next: 'Look back on another column.',
  });
