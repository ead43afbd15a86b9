import { EsteiraError } from '../../errors.ts';

/** What has no spelling is refused where it is mentioned: cut or rounded it would be another value. */
const refuse = (value: unknown, allowed: string): never => {
  throw new EsteiraError('DEFINITION_INVALID', {
    what: 'A value cannot be written in SQL.',
    got: `${String(value)} (${typeof value})`,
    allowed,
    next: 'Give another value where the query mentions it.',
  });
};

function ofText(value: string): string {
  if (!value.isWellFormed()) refuse(JSON.stringify(value), 'text of whole code points: no half of a surrogate pair');
  const quoted = (part: string): string => `'${part.replaceAll("'", "''")}'`;
  // A NUL would end the statement's text.
  return value.includes('\0') ? `(${value.split('\0').map(quoted).join(' || chr(0) || ')})` : quoted(value);
}

function ofNumber(value: number): string {
  if (!Number.isFinite(value)) return `cast('${Number.isNaN(value) ? 'nan' : value}' as double)`;
  // Without an exponent DuckDB takes 0.1 for a DECIMAL.
  const text = Number.isSafeInteger(value) ? `${value}` : `${value}`.includes('e') ? `${value}` : `${value}e0`;
  return value < 0 ? `(${text})` : text;
}

function ofBigint(value: bigint): string {
  if (value !== BigInt.asIntN(64, value)) refuse(value, 'a whole number of 64 bits');
  return value < 0n ? `(${value})` : `${value}`;
}

function ofDay(value: Temporal.PlainDate): string {
  if (value.year < 1 || value.year > 9999) refuse(value, 'a day of the years 1 to 9999');
  return `date '${value.withCalendar('iso8601')}'`;
}

function ofInstant(value: Temporal.Instant): string {
  const text = value.toString({ fractionalSecondDigits: 6 });
  if (!/^\d{4}-/.test(text) || text.startsWith('0000')) refuse(value, 'an instant of the years 1 to 9999');
  return `timestamptz '${text.replace('T', ' ').replace('Z', '+00')}'`;
}

/** A constant: null, text, number, bigint, boolean, Temporal.PlainDate, Temporal.Instant (to the microsecond), or a list of them. */
export function literal(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return ofText(value);
  if (typeof value === 'number') return ofNumber(value);
  if (typeof value === 'bigint') return ofBigint(value);
  if (typeof value === 'boolean') return `${value}`;
  if (value instanceof Temporal.PlainDate) return ofDay(value);
  if (value instanceof Temporal.Instant) return ofInstant(value);
  // `in ()` is no SQL, and `in (null)` is not false.
  if (Array.isArray(value)) return value.length ? `(${value.map(literal).join(', ')})` : '(select null where false)';
  return refuse(value, 'null, text, number, bigint, boolean, Temporal.PlainDate, Temporal.Instant, or a list of them');
}
