import type { ColumnFacts } from '../../../columns/index.ts';
import {
  dayMicros,
  durationText,
  endMicros,
  epochDays,
  epochMicros,
  firstDay,
  firstMicros,
  lastDay,
} from '../../common/calendar.ts';
import type { ColumnBuffer } from '../../common/column.ts';
import { isJson, scaledOf, spelledInto } from '../../common/spelled.ts';
import { int16, int32, int64 } from './bytes.ts';
import { float4, float8, numericScaled, numericText } from './numbers.ts';
import { hasNoWord, sayOf } from './text.ts';
import type { PostgresType, Shape } from './types.ts';

/** Puts a value into the row of its column; false where it is not of the column's kind. */
export type Writer = (bytes: Buffer, at: number, length: number, row: number) => boolean;

interface Of {
  readonly type: PostgresType;
  readonly facts: ColumnFacts;
  readonly column: ColumnBuffer;
}

/** How values of a type become those of a column; nothing where none ever is of its kind. What goes value by value is in docs/reference/postgres.md. */
export function writerOf(type: PostgresType, facts: ColumnFacts, column: ColumnBuffer): Writer | undefined {
  const of = { type, facts, column };
  if (facts.kind === 'text') return texts(of);
  return writers[type.shape](of);
}

const safe = Number.MAX_SAFE_INTEGER + 1;

/** 2^31 and more above and below. */
function small(read: (bytes: Buffer, at: number) => number): (of: Of) => Writer | undefined {
  return ({ facts: { kind, of }, column }) => {
    switch (kind) {
      case 'integer':
      case 'bigint':
        return (bytes, at, _, row) => {
          const value = read(bytes, at);
          column.parts[2 * row] = value;
          column.parts[2 * row + 1] = value < 0 ? -1 : 0;
          return true;
        };
      case 'real':
        return (bytes, at, _, row) => {
          column.setDouble(row, read(bytes, at));
          return true;
        };
      case 'decimal': {
        const [digits, places] = of as readonly [number, number];
        const [end, factor] = [10 ** (digits - places), 10n ** BigInt(places)];
        return (bytes, at, _, row) => {
          const value = read(bytes, at);
          if (value >= end || value <= -end) return false;
          column.setWhole(row, BigInt(value) * factor);
          return true;
        };
      }
      case 'json':
        return (bytes, at, _, row) => {
          column.setString(row, String(read(bytes, at)));
          return true;
        };
      default:
        return undefined;
    }
  };
}

/** Unsigned: the lower half as it is, no upper half. */
function unsigned({ facts, column, type }: Of): Writer | undefined {
  if (facts.kind !== 'integer' && facts.kind !== 'bigint')
    return small((bytes, at) => int32(bytes, at) >>> 0)({ facts, column, type });
  return (bytes, at, _, row) => {
    column.parts[2 * row] = int32(bytes, at);
    column.parts[2 * row + 1] = 0;
    return true;
  };
}

function large({ facts: { kind, of }, column }: Of): Writer | undefined {
  switch (kind) {
    case 'bigint':
      return (bytes, at, _, row) => {
        column.parts[2 * row] = int32(bytes, at + 4);
        column.parts[2 * row + 1] = int32(bytes, at);
        return true;
      };
    case 'integer':
      return (bytes, at, _, row) => {
        const [high, low] = [int32(bytes, at), int32(bytes, at + 4)];
        const value = high * 4_294_967_296 + (low >>> 0);
        // At the very edge one beyond would be rounded to it.
        if (value > safe || value < -safe || ((value === safe || value === -safe) && low !== 0)) return false;
        column.parts[2 * row] = low;
        column.parts[2 * row + 1] = high;
        return true;
      };
    case 'real':
      return (bytes, at, _, row) => {
        column.setDouble(row, Number(int64(bytes, at)));
        return true;
      };
    case 'decimal': {
      const [digits, places] = of as readonly [number, number];
      const [end, factor] = [10n ** BigInt(digits - places), 10n ** BigInt(places)];
      return (bytes, at, _, row) => {
        const value = int64(bytes, at);
        if (value >= end || value <= -end) return false;
        column.setWhole(row, value * factor);
        return true;
      };
    }
    case 'json':
      return (bytes, at, _, row) => {
        column.setString(row, String(int64(bytes, at)));
        return true;
      };
    default:
      return undefined;
  }
}

/** Floats; a decimal by what Postgres says of it. */
function float(read: (bytes: Buffer, at: number) => number): (of: Of) => Writer | undefined {
  return ({ type, facts: { kind, of }, column }) => {
    const say = sayOf(type);
    switch (kind) {
      case 'real':
        return (bytes, at, _, row) => {
          const value = read(bytes, at);
          column.setDouble(row, value);
          return Number.isFinite(value);
        };
      case 'integer':
      case 'bigint': {
        const end = kind === 'integer' ? safe : 2 ** 63;
        return (bytes, at, _, row) => {
          const value = read(bytes, at);
          if (!Number.isInteger(value) || value > end || value < -end || value === 2 ** 63) return false;
          column.setWhole(row, BigInt(value));
          return true;
        };
      }
      case 'decimal': {
        const [digits, places] = of as readonly [number, number];
        return (bytes, at, length, row) => {
          const value = scaledOf(say(bytes, at, length), digits, places);
          if (value === undefined) return false;
          column.setWhole(row, value);
          return true;
        };
      }
      case 'json':
        return (bytes, at, length, row) => {
          if (!Number.isFinite(read(bytes, at))) return false;
          column.setString(row, say(bytes, at, length));
          return true;
        };
      default:
        return undefined;
    }
  };
}

const noWord: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

function numeric({ facts, column }: Of): Writer | undefined {
  const { kind } = facts;
  switch (kind) {
    case 'decimal': {
      const [digits, places] = facts.of as readonly [number, number];
      // What a double cannot tell exactly goes by its digits.
      const end = Math.min(10 ** digits, Number.MAX_SAFE_INTEGER);
      return (bytes, at, _, row) => {
        const quick = numericScaled(bytes, at, places);
        if (quick < end && quick > -end) {
          column.setSafe(row, quick);
          return true;
        }
        const value = scaledOf(numericText(bytes, at), digits, places);
        if (value === undefined) return false;
        column.setWhole(row, value);
        return true;
      };
    }
    case 'integer':
    case 'bigint': {
      const slow = spelledInto(column, facts);
      return (bytes, at, _, row) => slow(numericText(bytes, at), row);
    }
    case 'real':
      return (bytes, at, _, row) => {
        const value = Number(numericText(bytes, at));
        column.setDouble(row, value);
        return Number.isFinite(value);
      };
    case 'json':
      return (bytes, at, _, row) => {
        const text = numericText(bytes, at);
        if (noWord.has(text)) return false;
        column.setString(row, text);
        return true;
      };
    default:
      return undefined;
  }
}

function date({ facts: { kind }, column }: Of): Writer | undefined {
  if (kind !== 'date' && kind !== 'timestamp') return undefined;
  return (bytes, at, _, row) => {
    const days = int32(bytes, at) + epochDays;
    if (days < firstDay || days > lastDay) return false;
    if (kind === 'date') column.setDays(row, days);
    else column.setWhole(row, BigInt(days) * dayMicros);
    return true;
  };
}

const [epochHigh, epochLow] = [Number(epochMicros >> 32n), Number(epochMicros & 0xffffffffn)];
const [firstHigh, endHigh] = [Number(firstMicros >> 32n), Number(endMicros >> 32n)];

/** One without a zone is of UTC; infinity, and what is before the year 1 or after 9999, is none. */
function timestamp({ facts: { kind }, column }: Of): Writer | undefined {
  if (kind === 'date') {
    return (bytes, at, _, row) => {
      const micros = int64(bytes, at) + epochMicros;
      if (micros < firstMicros || micros >= endMicros || micros % dayMicros !== 0n) return false;
      column.setDays(row, Number(micros / dayMicros));
      return true;
    };
  }
  if (kind !== 'timestamp') return undefined;
  return (bytes, at, _, row) => {
    let low = (int32(bytes, at + 4) >>> 0) + epochLow;
    let high = int32(bytes, at) + epochHigh;
    if (low > 0xffffffff) [low, high] = [low - 4_294_967_296, high + 1];
    if (high <= firstHigh || high >= endHigh) {
      const micros = int64(bytes, at) + epochMicros;
      if (micros < firstMicros || micros >= endMicros) return false;
    }
    column.parts[2 * row] = low;
    column.parts[2 * row + 1] = high;
    return true;
  };
}

const durationOf = (bytes: Buffer, at: number): string | undefined =>
  durationText(int32(bytes, at + 12), int32(bytes, at + 8), int64(bytes, at));

function interval({ facts: { kind }, column }: Of): Writer | undefined {
  if (kind !== 'duration') return undefined;
  return (bytes, at, _, row) => {
    const text = durationOf(bytes, at);
    if (text !== undefined) column.setString(row, text);
    return text !== undefined;
  };
}

/** The text of `json` was looked at by Postgres only for its form. */
function json({ type, facts: { kind }, column }: Of): Writer | undefined {
  if (kind !== 'json' && kind !== 'list') return undefined;
  const skipped = type.shape === 'jsonb' ? 1 : 0;
  const escaped = '\\u';
  return (bytes, at, length, row) => {
    const [start, size] = [at + skipped, length - skipped];
    const looked = kind === 'list' || (skipped === 0 && bytes.subarray(start, start + size).includes(escaped));
    if (looked && !isJson(bytes.toString('utf8', start, start + size), kind === 'list')) return false;
    column.setBytes(row, bytes, start, size);
    return true;
  };
}

function array({ type, facts: { kind }, column }: Of): Writer | undefined {
  if (kind !== 'json' && kind !== 'list') return undefined;
  const say = sayOf(type);
  return (bytes, at, length, row) => {
    if (hasNoWord(type, bytes, at)) return false;
    column.setString(row, say(bytes, at, length));
    return true;
  };
}

function bool({ facts: { kind }, column }: Of): Writer | undefined {
  if (kind === 'boolean') {
    return (bytes, at, _, row) => {
      column.setFlag(row, bytes[at] === 1);
      return true;
    };
  }
  if (kind !== 'json') return undefined;
  return (bytes, at, _, row) => {
    column.setString(row, bytes[at] === 1 ? 'true' : 'false');
    return true;
  };
}

/** Text for another kind, by its spelling. */
function spelled({ facts, column }: Of): Writer {
  const put = spelledInto(column, facts);
  return (bytes, at, length, row) => put(bytes.toString('utf8', at, at + length), row);
}

/** Everything can be said as text, but what nobody can read. */
function texts({ type, column }: Of): Writer {
  const { shape } = type;
  if (shape === 'unknown' || type.element?.shape === 'unknown') return () => false;
  const skipped = shape === 'jsonb' ? 1 : 0;
  if (shape === 'text' || shape === 'json' || shape === 'jsonb') {
    return (bytes, at, length, row) => {
      column.setBytes(row, bytes, at + skipped, length - skipped);
      return true;
    };
  }
  const say = sayOf(type);
  return (bytes, at, length, row) => {
    column.setString(row, say(bytes, at, length));
    return true;
  };
}

const never = (): undefined => undefined;

const writers: Readonly<Record<Shape, (of: Of) => Writer | undefined>> = Object.freeze({
  bool,
  int2: small(int16),
  int4: small(int32),
  int8: large,
  oid: unsigned,
  float4: float(float4),
  float8: float(float8),
  numeric,
  text: spelled,
  json,
  jsonb: json,
  date,
  time: never,
  timetz: never,
  timestamp,
  timestamptz: timestamp,
  interval,
  uuid: never,
  bytea: never,
  array,
  // Where the server does not say it as text, nothing of it is read.
  unknown: () => () => false,
});
