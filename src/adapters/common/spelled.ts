import type { ColumnFacts } from '../../columns/index.ts';
import { daysOf, endMicros, firstDay, firstMicros } from './calendar.ts';
import type { ColumnBuffer } from './column.ts';

// Text as a value of another kind, by the spellings of docs/reference/files.md: the same as of a file.

/** Puts what a text spells; false where it spells nothing of the kind. */
export type Spelled = (text: string, row: number) => boolean;

const inSafe = (value: bigint): boolean => value >= -9007199254740992n && value <= 9007199254740992n;
const in64 = (value: bigint): boolean => BigInt.asIntN(64, value) === value;
const whole = /^([+-]?)([0-9]+)(?:\.0*)?$/;

function wholeOf(text: string): bigint | undefined {
  const [, sign, digits] = whole.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === '-' ? -BigInt(digits) : BigInt(digits);
}

/** The digits without the point, where there are no more of them than the column has, zeros aside. */
export function scaledOf(text: string, digits: number, places: number): bigint | undefined {
  const [, sign, before = '', after = ''] = /^([+-]?)([0-9]*)(?:\.([0-9]*))?$/.exec(text) ?? [];
  if (sign === undefined || (before === '' && after === '')) return undefined;
  const [front, back] = [before.replace(/^0+/, ''), after.replace(/0+$/, '')];
  if (back.length > places || front.length > digits - places) return undefined;
  const value = BigInt(`${front}${back.padEnd(places, '0')}` || '0');
  return sign === '-' ? -value : value;
}

const real = /^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/;

function dayOf(text: string): number | undefined {
  const [, year, month, day] = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text) ?? [];
  const days = daysOf(Number(year ?? 0), Number(month), Number(day));
  return year !== undefined && days !== undefined && days >= firstDay ? days : undefined;
}

const instant =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ](?:([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]+))?)?|(24):00:00)(Z|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9]))?)?)?$/;

/** Microseconds since 1970; without a zone it is UTC, a day alone its midnight. */
export function microsOf(text: string): bigint | undefined {
  const found = instant.exec(text);
  const days = dayOf(found?.[1] ?? '');
  if (!found || days === undefined) return undefined;
  const [, , hour, minute, second, fraction, last, , sign, zoneHour, zoneMinute] = found;
  const minutes = Number(last ?? hour ?? 0) * 60 + Number(minute ?? 0);
  const east = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -1 : 1);
  const seconds = BigInt(days) * 86_400n + BigInt((minutes - east) * 60 + Number(second ?? 0));
  const micros = seconds * 1_000_000n + BigInt((fraction ?? '').slice(0, 6).padEnd(6, '0'));
  return micros >= firstMicros && micros < endMicros ? micros : undefined;
}

const duration = /^[0-9]+(\.[0-9]+)? (ms|(second|minute|hour|day|month)s?)$/;

/** Not every text that a column of type json holds can be read again: half of a pair of surrogates is none. */
export function isJson(text: string, isList: boolean): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return (!isList || Array.isArray(value)) && !/\\ud[89a-f]/i.test(text.replace(pairs, ''));
  } catch {
    return false;
  }
}
const pairs = /\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}/gi;

/** How a text becomes a value of the column. */
export function spelledInto(column: ColumnBuffer, { kind, of }: ColumnFacts): Spelled {
  const put = <Value>(value: Value | undefined, set: (value: Value) => void): boolean => {
    if (value === undefined) return false;
    set(value);
    return true;
  };
  switch (kind) {
    case 'integer':
    case 'bigint': {
      const fits = kind === 'integer' ? inSafe : in64;
      return (text, row) => {
        const value = wholeOf(text);
        return value !== undefined && fits(value) && put(value, (one) => column.setWhole(row, one));
      };
    }
    case 'real':
      return (text, row) => {
        const value = real.test(text) ? Number(text) : Number.NaN;
        return Number.isFinite(value) && put(value, (one) => column.setDouble(row, one));
      };
    case 'decimal': {
      const [digits, places] = of as readonly [number, number];
      return (text, row) => put(scaledOf(text, digits, places), (value) => column.setWhole(row, value));
    }
    case 'boolean':
      return (text, row) =>
        (text === 'true' || text === 'false') && put(text === 'true', (value) => column.setFlag(row, value));
    case 'date':
      return (text, row) => put(dayOf(text), (days) => column.setDays(row, days));
    case 'timestamp':
      return (text, row) => put(microsOf(text), (micros) => column.setWhole(row, micros));
    case 'duration':
      return (text, row) => duration.test(text) && put(text, (value) => column.setString(row, value));
    case 'list':
    case 'json':
      return (text, row) => isJson(text, kind === 'list') && put(text, (value) => column.setString(row, value));
    case 'text':
      return (text, row) => put(text, (value) => column.setString(row, value));
  }
}
