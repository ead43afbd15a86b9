import type { ColumnFacts, Kind } from '../../columns/index.ts';
import { storedType } from './dialect.ts';
import { inSafe, inYears, isJson, spellings } from './spellings.ts';

const small = /^(TINYINT|SMALLINT|INTEGER|UTINYINT|USMALLINT|UINTEGER)$/;
const large = /^(BIGINT|UBIGINT|HUGEINT|UHUGEINT)$/;
const float = /^(DOUBLE|FLOAT)$/;
const fixed = /^DECIMAL\((\d+),\s*(\d+)\)$/;
const isNumber = (type: string): boolean => [small, large, float, fixed].some((one) => one.test(type));
const isNested = (type: string): boolean => /\]$|^(STRUCT|MAP|UNION)\(/.test(type);

/** How a value of a type becomes one of a kind; nothing where the type has to go by its text. */
type Way = (value: string, type: string, facts: ColumnFacts) => string | undefined;

/** That a number is whole, where its type does not say so. */
const whole = (value: string, type: string): string =>
  `${float.test(type) ? `isfinite(${value}) and ` : ''}trunc(${value}) = ${value}`;

const integer: Way = (value, type) => {
  if (!isNumber(type)) return undefined;
  if (small.test(type)) return `cast(${value} as bigint)`;
  const condition = large.test(type) ? inSafe(value) : `${whole(value, type)} and ${inSafe(value)}`;
  return `case when ${condition} then cast(${value} as bigint) end`;
};

const bigint: Way = (value, type) => {
  if (!isNumber(type)) return undefined;
  if (small.test(type) || type === 'BIGINT') return `cast(${value} as bigint)`;
  const cast = `try_cast(${value} as bigint)`;
  return large.test(type) ? cast : `case when ${whole(value, type)} then ${cast} end`;
};

const real: Way = (value, type) => {
  if (!isNumber(type)) return undefined;
  return float.test(type)
    ? `case when isfinite(${value}) then cast(${value} as double) end`
    : `cast(${value} as double)`;
};

const decimal: Way = (value, type, facts) => {
  const stored = storedType(facts);
  if (small.test(type) || large.test(type)) return `try_cast(${value} as ${stored})`;
  const from = fixed.exec(type);
  if (!from) return undefined;
  const [digits, places] = facts.of as readonly [number, number];
  const [width, scale] = [Number(from[1]), Number(from[2])];
  if (scale <= places) return `${width - scale <= digits - places ? 'cast' : 'try_cast'}(${value} as ${stored})`;
  // Rounding would change the value silently.
  const rounded = `try_cast(round(${value}, ${places}) as ${type})`;
  return `case when ${rounded} = ${value} then try_cast(${value} as ${stored}) end`;
};

const inCalendar = (value: string): string =>
  `case when ${value} between date '0001-01-01' and date '9999-12-31' then ${value} end`;

/** An instant is a day where it is the midnight of one. */
const date: Way = (value, type) => {
  if (type === 'DATE') return inCalendar(value);
  if (!type.startsWith('TIMESTAMP')) return undefined;
  const instant = `cast(${value} as timestamptz)`;
  return `case when isfinite(${instant}) and date_trunc('day', ${instant}) = ${instant} then ${inCalendar(`cast(${instant} as date)`)} end`;
};

/** A time without a zone is UTC, as in text. */
const timestamp: Way = (value, type) =>
  type.startsWith('TIMESTAMP') ? inYears(`cast(${value} as timestamptz)`) : undefined;

const nested =
  (list: boolean): Way =>
  (value, type) =>
    isNested(type) ? spellings.json(`cast(to_json(${value}) as varchar)`, list) : undefined;

/** Lists and structs are their JSON, as in JSON lines; bytes the text that they spell, where they do (older writers of Parquet leave it unsaid). */
function asText(value: string, type: string): string {
  if (type === 'VARCHAR') return value;
  if (isNested(type)) return `cast(to_json(${value}) as varchar)`;
  const escaped = `cast(${value} as varchar)`;
  return type === 'BLOB' ? `coalesce(try(decode(${value})), ${escaped})` : escaped;
}

const ways: Readonly<Record<Kind, Way>> = Object.freeze({
  text: asText,
  integer,
  bigint,
  real,
  decimal,
  boolean: (value, type) => (type === 'BOOLEAN' ? value : undefined),
  date,
  timestamp,
  duration: () => undefined,
  list: nested(true),
  json: nested(false),
});

/** Text as a value of the kind. */
export function spelledSql(facts: ColumnFacts, text: string): string {
  switch (facts.kind) {
    case 'text':
      return text;
    case 'decimal': {
      const [digits, places] = facts.of as readonly [number, number];
      return spellings.decimal(text, digits, places);
    }
    case 'list':
    case 'json':
      return spellings.json(text, facts.kind === 'list');
    default:
      return spellings[facts.kind](text);
  }
}

/**
 * A value of a query's or file's type as the stored type; NULL when it is not of the kind, never another value and never an error. Types that
 * a query may not give for the kind go by their text, as a file's do.
 */
export function storedSql(facts: ColumnFacts, value: string, type: string): string {
  if (/^"?NULL"?$/.test(type)) return `cast(null as ${storedType(facts)})`;
  return ways[facts.kind](value, type, facts) ?? spelledSql(facts, asText(value, type));
}

const isText = (type: string): boolean => /^(VARCHAR|BLOB|ENUM\b|"?NULL)/.test(type);
const isDay = (type: string): boolean => type === 'DATE' || type.startsWith('TIMESTAMP');

/** No value of the type is ever one of the kind, so that a whole column of it is lost; any other pair is judged value by value. */
export function isNever({ kind }: ColumnFacts, type: string): boolean {
  if (isText(type)) return false;
  switch (kind) {
    case 'text':
      return false;
    case 'integer':
    case 'bigint':
    case 'real':
    case 'decimal':
      return !isNumber(type);
    case 'boolean':
      return type !== 'BOOLEAN';
    case 'date':
    case 'timestamp':
      return !isDay(type);
    case 'duration':
      return true;
    case 'list':
      return !/\]$|^UNION\(/.test(type);
    case 'json':
      return !isNested(type) && !isNumber(type) && type !== 'BOOLEAN';
  }
}

/** A value of that type for an object of JSON, which has no word for not-a-number and the infinities: they go as text. */
export function saidSql(value: string, type: string): string {
  const asJson = `to_json(${value})`;
  const otherwise = `to_json(cast(${value} as varchar))`;
  if (float.test(type)) return `case when isfinite(${value}) then ${asJson} else ${otherwise} end`;
  return isNested(type) && /\b(DOUBLE|FLOAT)\b/.test(type)
    ? `case when ${isJson(`cast(${asJson} as varchar)`)} then ${asJson} else ${otherwise} end`
    : value;
}
