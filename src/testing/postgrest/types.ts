import { RestError } from './errors.ts';

/** Types of Postgres that the double keeps, by the names that PostgREST gives them. */
export type PgType =
  | 'text'
  | 'uuid'
  | 'boolean'
  | 'integer'
  | 'bigint'
  | 'double precision'
  | 'numeric'
  | 'date'
  | 'timestamp with time zone'
  | 'timestamp without time zone'
  | 'jsonb';

/** Whole and exact numbers are their digits, times their text as Postgres gives it in UTC. */
export type PgValue = string | number | boolean | null | { readonly json: string };

const wholeIn: Partial<Record<PgType, readonly [bigint, bigint]>> = {
  integer: [-(2n ** 31n), 2n ** 31n - 1n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** What a text is as that type; throws what Postgres says of one that is none. */
export function readText(type: PgType, text: string): Exclude<PgValue, null> {
  const invalid = (): RestError => new RestError(400, '22P02', `invalid input syntax for type ${type}: "${text}"`);
  const trimmed = text.trim();
  switch (type) {
    case 'text':
      return text;
    case 'uuid': {
      const digits = trimmed.replaceAll(/[{}-]/g, '').toLowerCase();
      if (!/^[0-9a-f]{32}$/.test(digits)) throw invalid();
      return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    }
    case 'boolean': {
      const said = trimmed.toLowerCase();
      if (['t', 'true', 'yes', 'on', '1'].includes(said)) return true;
      if (['f', 'false', 'no', 'off', '0'].includes(said)) return false;
      throw invalid();
    }
    case 'integer':
    case 'bigint': {
      if (!/^[+-]?\d+$/.test(trimmed)) throw invalid();
      const [least, most] = wholeIn[type] as readonly [bigint, bigint];
      const value = BigInt(trimmed.replace('+', ''));
      if (value < least || value > most)
        throw new RestError(400, '22003', `value "${text}" is out of range for type ${type}`);
      return String(value);
    }
    case 'double precision': {
      if (/^[+-]?(nan|inf(inity)?)$/i.test(trimmed))
        return /nan/i.test(trimmed) ? Number.NaN : trimmed.startsWith('-') ? -Infinity : Infinity;
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed)) throw invalid();
      return Number(trimmed);
    }
    case 'numeric':
      if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) throw invalid();
      return trimmed.replace('+', '');
    case 'date':
    case 'timestamp with time zone':
    case 'timestamp without time zone':
      return readTime(type, trimmed);
    case 'jsonb':
      try {
        return { json: JSON.stringify(JSON.parse(text)) };
      } catch {
        throw new RestError(400, '22P02', 'invalid input syntax for type json');
      }
  }
}

function readTime(type: PgType, text: string): string {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  try {
    if (type === 'date') return Temporal.PlainDate.from(iso.slice(0, 10)).toString();
    if (type === 'timestamp without time zone')
      return Temporal.PlainDateTime.from(iso.replace(/(Z|[+-]\d\d:\d\d)$/, '')).toString();
    const whole = iso.includes('T') ? iso : `${iso}T00:00:00`;
    return Temporal.Instant.from(/(Z|[+-]\d\d:\d\d)$/i.test(whole) ? whole : `${whole}Z`)
      .round({ smallestUnit: 'microsecond' })
      .toString()
      .replace('Z', '+00:00');
  } catch {
    const shown = type === 'date' ? 'date' : type;
    throw new RestError(400, '22007', `invalid input syntax for type ${shown}: "${text}"`);
  }
}

/** A value of a body: PostgREST hands on its text, and Postgres reads that. */
export function readJson(type: PgType, value: unknown): PgValue {
  if (value === null || value === undefined) return null;
  if (type === 'jsonb') return { json: JSON.stringify(value) };
  if (typeof value === 'object') return readText(type, JSON.stringify(value));
  return readText(type, String(value));
}

/** A text that stands in JSON as it is. */
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };

/** As PostgREST writes it into an answer. */
export function toJson(type: PgType, value: PgValue): unknown {
  if (value === null) return null;
  if (typeof value === 'object') return rawJson(value.json);
  if (type === 'double precision') return Number.isFinite(value) ? value : String(value);
  if (['integer', 'bigint', 'numeric'].includes(type)) return rawJson(String(value));
  return value;
}

/** As `::text` gives it. */
export function toText(type: PgType, value: PgValue): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return value.json;
  if (typeof value === 'number') return floatText(value);
  if (type === 'timestamp with time zone') return String(value).replace('T', ' ').replace('+00:00', '+00');
  return type === 'timestamp without time zone' ? String(value).replace('T', ' ') : String(value);
}

/** The shortest digits, with an exponent of two digits where the number is below 0.0001, or has more than fifteen digits before its point. */
function floatText(value: number): string {
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  if (power >= -4 && power < 15) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** NULL comes last, as it does where nothing else is said. Texts stand in the order of their code points, as in the collation C. */
export function compare(type: PgType, one: PgValue, other: PgValue): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (type === 'integer' || type === 'bigint') return sign(BigInt(one as string), BigInt(other as string));
  if (type === 'numeric') return Number(one) - Number(other);
  if (typeof one === 'object') return sign(one.json, (other as { readonly json: string }).json);
  // NaN is above every other number.
  if (typeof one === 'number' && (Number.isNaN(one) || Number.isNaN(other as number)))
    return Number(Number.isNaN(one)) - Number(Number.isNaN(other as number));
  return sign(one, other as typeof one);
}

const sign = <T extends string | number | boolean | bigint>(one: T, other: T): number =>
  one < other ? -1 : one > other ? 1 : 0;
