import { EsteiraError } from '../../errors.ts';
import { literal } from './literal.ts';
import { spellings } from './spellings.ts';

type Spell = (...args: readonly string[]) => string;
/** A bare date is a DATE, not text. */
const whole = (at: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(at) ? `date '${at}'` : at);
/** A day; an instant counts by its UTC day, as every session is in UTC. */
const day = (at: string): string => `cast(${whole(at)} as date)`;
const text = (of: string): string => `cast(${of} as varchar)`;
const addDays: Spell = (at = '', days = '') => `(${day(at)} + cast(${days} as integer))`;
const addMonths: Spell = (at = '', months = '') => `cast(${day(at)} + to_months(cast(${months} as integer)) as date)`;

/** Each function of `fn`, as its documentation says, whatever DuckDB's own function of that name would do. */
const fragments: Readonly<Record<string, Spell>> = Object.freeze({
  months_between: (from = '', to = '') => `date_diff('month', ${day(from)}, ${day(to)})`,
  days_between: (from = '', to = '') => `(${day(to)} - ${day(from)})`,
  // Counted in microseconds: date_diff would count the minutes' boundaries.
  minutes_between: (from = '', to = '') => `((epoch_us(${whole(to)}) - epoch_us(${whole(from)})) / 60000000)`,
  add_months: addMonths,
  add_days: addDays,
  last_days: (of = '', days = '', until = '') =>
    `(${day(of)} > ${addDays(until, `-(${days})`)} and ${day(of)} <= ${day(until)})`,
  last_months: (of = '', months = '', until = '') =>
    `(${day(of)} > ${addMonths(until, `-(${months})`)} and ${day(of)} <= ${day(until)})`,
  start_of: (unit = '', at = '') => {
    if (unit === 'hour') return `date_trunc('hour', ${whole(at)})`;
    return unit === 'day' ? day(at) : `cast(date_trunc(${literal(unit)}, ${day(at)}) as date)`;
  },
  day_of_week: (at = '') => `isodow(${day(at)})`,
  local_time: (at = '', zone = '') => `timezone(${literal(zone)}, cast(${at} as timestamptz))`,
  quantile: (of = '', share = '') => `quantile_cont(cast(${of} as double), ${share})`,
  json_text: (of = '', path = '') =>
    `case when json_valid(${of}) then json_extract_string(${of}, ${literal(path)}) end`,
  // 52 bits of the hash: exact in a double, and the same on every engine that has md5.
  share: (of = '') => `(cast('0x' || md5(cast(${of} as varchar))[1:13] as bigint) / 4503599627370496)`,
  to_integer: (of = '') => spellings.bigint(text(of)),
  to_real: (of = '') => spellings.real(text(of)),
  to_timestamp: (of = '') => spellings.timestamp(text(of)),
  calendar: (from = '', until = '') =>
    `(select cast(unnest(generate_series(cast(${day(from)} as timestamp), cast(${day(until)} as timestamp), interval 1 day)) as date) as "date")`,
});

export function fragment(name: string, args: readonly string[]): string {
  const spell = fragments[name];
  if (spell) return spell(...args);
  throw new EsteiraError('DEFINITION_INVALID', {
    what: `fn has no function ${name} on DuckDB.`,
    allowed: Object.keys(fragments).join(', '),
    next: 'Use one of these, or write the query for this engine with perEngine(…).',
  });
}
