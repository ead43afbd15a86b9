/**
 * How text is read as a kind; NULL when it is not of that kind, never an error. DuckDB's own casts also take '3.7' for 4, '1_000', ' 5 ', '0x1F',
 * '2026-1-3:' and '1e400', so the spelling is looked at too. A time without a zone is UTC. Years are 1 to 9999.
 */
const cast = (text: string, type: string): string => `try_cast(${text} as ${type})`;
const matches = (text: string, pattern: string): string => `regexp_full_match(${text}, '${pattern}')`;

/** What JavaScript's numbers hold exactly. */
export const inSafe = (value: string): string => `${value} between -9007199254740992 and 9007199254740992`;

/** 12, -3, +4, 3.0. `safe`: within 2^53. The usual way is looked at first: what comes back the same. */
function integer(text: string, safe: boolean): string {
  const whole = cast(text, 'bigint');
  const within = safe ? ` and ${inSafe(whole)}` : '';
  return `case when strlen(${text}) <= 15 and cast(${whole} as varchar) = ${text} then ${whole}
    when ${matches(text, '[+-]?[0-9]+([.]0*)?')}${within} then ${whole} end`;
}

/** 1.5, -3, .5, 1e3; what is too big for a double is none. No other kind may have an exponent. */
function real(text: string): string {
  // An underscore, what C calls white space, and two signs.
  const characters = [95, 32, 9, 10, 11, 12, 13].map((code) => `contains(${text}, chr(${code}))`);
  const strange = [...characters, `contains(${text}, '+-')`].join(' or ');
  return `case when isfinite(${cast(text, 'double')}) and not (${strange}) then ${cast(text, 'double')} end`;
}

/** 12.5 with no more digits than the column has, but for zeros. */
function decimal(text: string, digits: number, places: number): string {
  const part = places ? `[0-9]{1,${places}}0*` : '0+';
  const pattern = `[+-]?0*([0-9]{1,${Math.max(1, digits - places)}}([.]${part}|[.])?|[.]${part})`;
  return `case when ${matches(text, pattern)} then ${cast(text, `decimal(${digits},${places})`)} end`;
}

const digit = '[0-9]';
const dayGlob = `${digit}${digit}${digit}${digit}-${digit}${digit}-${digit}${digit}`;
const timeGlob = `${digit}${digit}:${digit}${digit}:${digit}${digit}`;

/** 2026-01-31. */
const date = (text: string): string =>
  `case when ${text} glob '${dayGlob}' and ${cast(text, 'date')} >= date '0001-01-01' then ${cast(text, 'date')} end`;

/** Stored instants are of the years 1 to 9999. */
export const inYears = (value: string): string =>
  `case when ${value} >= timestamptz '0001-01-01 00:00:00+00' and ${value} < timestamptz '10000-01-01 00:00:00+00' then ${value} end`;

const instantGlob = `${dayGlob}T${timeGlob}`;
/** The usual spellings, by their length, each whole. */
const usual: readonly (readonly [number, string])[] = [
  [20, `${instantGlob}Z`],
  [24, `${instantGlob}.${digit.repeat(3)}Z`],
  [27, `${instantGlob}.${digit.repeat(6)}Z`],
  [25, `${instantGlob}[+-][01]${digit}:[0-5]${digit}`],
];

/**
 * 2026-01-31T10:00:00.123456-03:00, Z, a space for the T, without seconds; a day alone is its midnight. The usual spellings are looked at
 * first, as `glob` costs half of an expression; DuckDB itself reads an instant with a zone only where it has seconds.
 */
function timestamp(text: string): string {
  const instant = cast(text, 'timestamptz');
  const hours = '([01][0-9]|2[0-3])';
  const clock = `(${hours}:[0-5][0-9]:[0-5][0-9]([.][0-9]+)?|24:00:00)`;
  const zone = `(Z|[+-]${hours}(:?[0-5][0-9])?)?`;
  const day = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
  const whole = `regexp_replace(${text}, '(:[0-9]{2})(Z|[+-].*)?$', '\\1:00\\2')`;
  const quick = usual.map(
    ([length, glob]) =>
      `when strlen(${text}) = ${length} and ${text} between '0001-01-02' and '9999-12-31' and ${text} glob '${glob}' then ${instant}`,
  );
  return `case ${quick.join('\n    ')}
    when ${matches(text, `${day}([T ]${clock}${zone})?`)} then ${inYears(instant)}
    when ${matches(text, `${day}[T ]${hours}:[0-5][0-9]${zone}`)} then ${inYears(cast(whole, 'timestamptz'))} end`;
}

/** That text is JSON. DuckDB also takes nan, inf and a comma before a closing bracket; they are looked for outside strings. */
export function isJson(text: string): string {
  const outside = `regexp_replace(${text}, '"([^"\\\\]|\\\\.)*"', '""', 'g')`;
  const strange = `regexp_matches(${text}, '(?i)nan|inf|,\\s*[]}]') and regexp_matches(${outside}, '[iIN]|na|,\\s*[]}]')`;
  return `json_valid(${text}) and not (${strange})`;
}

const json = (text: string, list: boolean): string =>
  `case when ${isJson(text)}${list ? ` and json_type(${text}) = 'ARRAY'` : ''} then cast(${text} as json) end`;

export const spellings = Object.freeze({
  /** Within 2^53. */
  integer: (text: string) => integer(text, true),
  bigint: (text: string) => integer(text, false),
  real,
  decimal,
  boolean: (text: string) => `case ${text} when 'true' then true when 'false' then false end`,
  date,
  timestamp,
  /** '15 ms', '1 hour', '12 months'. */
  duration: (text: string) =>
    `case when ${matches(text, '[0-9]+([.][0-9]+)? (ms|(second|minute|hour|day|month)s?)')} then ${text} end`,
  json,
});
