/**
 * How text is read as a kind; NULL when it is not of that kind, never an error. DuckDB's own casts also take '3.7' for 4, '1_000', ' 5 ',
 * '2026-2-3' and '1e400', so the spelling is looked at first. A time without a zone is UTC. Years are 1 to 9999.
 */
const number = '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,9})?';
const year = '([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])';
const day = `${year}-[0-9]{2}-[0-9]{2}`;
const hours = '([01][0-9]|2[0-3])';
const zone = `(Z|[+-]${hours}(:?[0-5][0-9])?)`;

const when = (text: string, pattern: string, value: string): string =>
  `case when regexp_full_match(cast(${text} as varchar), '${pattern}') then ${value} end`;
/** Stored instants are of the years 1 to 9999. */
export const inYears = (value: string): string =>
  `case when ${value} >= timestamptz '0001-01-01 00:00:00+00' and ${value} < timestamptz '10000-01-01 00:00:00+00' then ${value} end`;
const cast = (text: string, type: string): string => `try_cast(${text} as ${type})`;

/** 12.5 with no more digits than the column has; with an exponent only where a double can tell that nothing was rounded away. */
function decimal(text: string, digits: number, places: number): string {
  const type = `decimal(${digits},${places})`;
  const whole = digits - places;
  const plain = `[+-]?0*([0-9]{1,${Math.max(1, whole)}}([.][0-9]{0,${places}}0*)?|[.][0-9]{0,${places}}0*)`;
  const exponent = '[+-]?[0-9]{1,7}([.][0-9]{0,8})?[eE][+-]?[0-9]{1,3}';
  const same = `cast(${cast(text, type)} as double) = ${cast(text, 'double')}`;
  return `case when regexp_full_match(${text}, '${plain}') then ${cast(text, type)}
    when regexp_full_match(${text}, '${exponent}') and ${same} then ${cast(text, type)} end`;
}

/** DuckDB also takes nan, inf and a comma before a closing bracket for JSON; they are looked for outside strings. */
function json(text: string, list: boolean): string {
  const outside = `regexp_replace(${text}, '"([^"\\\\]|\\\\.)*"', '""', 'g')`;
  const strange = `regexp_matches(${text}, '(?i)nan|inf|,\\s*[]}]') and regexp_matches(${outside}, '[iIN]|na|,\\s*[]}]')`;
  const kind = list ? ` and json_type(${text}) = 'ARRAY'` : '';
  return `case when json_valid(${text})${kind} and not (${strange}) then cast(${text} as json) end`;
}

/** DuckDB reads an instant with a zone only where it has seconds, and goes beyond the year 9999. */
function timestamp(text: string): string {
  const short = `regexp_replace(${text}, '(:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2')`;
  return `case when regexp_full_match(cast(${text} as varchar), '${day}([T ]${hours}:[0-5][0-9]:[0-5][0-9]([.][0-9]+)?${zone}?)?')
    then ${inYears(cast(text, 'timestamptz'))}
    when regexp_full_match(cast(${text} as varchar), '${day}[T ]${hours}:[0-5][0-9]${zone}?') then ${inYears(cast(short, 'timestamptz'))} end`;
}

export const spellings = Object.freeze({
  /** 12, -3, +4. */
  integer: (text = '') => when(text, '[+-]?[0-9]+', cast(text, 'bigint')),
  /** 1.5, -3, .5, 1e3; what is too big for a double is none. */
  real: (text = '') =>
    when(text, number, `case when isfinite(${cast(text, 'double')}) then ${cast(text, 'double')} end`),
  decimal,
  boolean: (text = '') => `case ${text} when 'true' then true when 'false' then false end`,
  /** 2026-01-31. */
  date: (text = '') => when(text, day, cast(text, 'date')),
  /** 2026-01-31T10:00:00.123456-03:00, Z, or a space for the T; also a day alone, its midnight. */
  timestamp: (text = '') => timestamp(text),
  /** '15 ms', '1 hour', '12 months'. */
  duration: (text = '') => when(text, '[0-9]+([.][0-9]+)? (ms|(second|minute|hour|day|month)s?)', text),
  json,
});
