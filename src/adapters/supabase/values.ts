import type { ColumnFacts } from '../../columns/index.ts';
import { dayMicros, durationText } from '../common/calendar.ts';
import type { ColumnBuffer } from '../common/column.ts';
import { microsOf, spelledInto } from '../common/spelled.ts';
import type { Type } from './types.ts';

/** Puts a value of JSON, which is not null, into its row; false where it is not of the column's kind. */
export type Put = (value: unknown, row: number) => boolean;

/** A number with all its digits, where `JSON.parse` would lose some. The language's types lack it. */
interface RawNumber {
  readonly rawJSON: string;
}
const raw = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

type Row = Readonly<Record<string, unknown>>;

/** What `JSON.parse` calls with what was written; the language's types lack that. */
const exactly = ((_: string, value: unknown, { source }: { readonly source?: string }) =>
  typeof value === 'number' && source !== undefined && source !== String(value)
    ? raw.rawJSON(source)
    : value) as unknown as (key: string, value: unknown) => unknown;

/** Rows of an answer. `exact`: numbers within lists and objects are kept to their last digit, which is slower. */
export function rowsIn(text: string, exact: boolean): readonly Row[] {
  const rows: unknown = JSON.parse(text, exact ? exactly : undefined);
  if (!Array.isArray(rows)) throw new SyntaxError('no list of rows');
  return rows as readonly Row[];
}

/** As JSON, or as Postgres says it. */
export const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
};

const numberOf = (value: unknown): number => (raw.isRawJSON(value) ? Number(value.rawJSON) : (value as number));
const safe = Number.MAX_SAFE_INTEGER + 1;

/** `isPlain`: the value comes as it is, and not as text. */
export function putOf(
  { type, isPlain }: { readonly type: Type | undefined; readonly isPlain: boolean },
  facts: ColumnFacts,
  column: ColumnBuffer,
): Put {
  const { kind } = facts;
  if (isPlain) return plain(type, facts, column);
  if (kind === 'text') {
    return (value, row) => {
      column.setString(row, textOf(value));
      return true;
    };
  }
  const spelled = spelledInto(column, facts);
  if (kind === 'duration' && type?.shape === 'interval') {
    return (value, row) => {
      const text = intervalOf(String(value));
      if (text !== undefined) column.setString(row, text);
      return text !== undefined;
    };
  }
  if (kind === 'date' && (type === undefined || type.shape === 'instant')) {
    return (value, row) => {
      if (spelled(textOf(value), row)) return true;
      const micros = microsOf(textOf(value));
      if (micros === undefined || micros % dayMicros !== 0n) return false;
      column.setDays(row, Number(micros / dayMicros));
      return true;
    };
  }
  return (value, row) => spelled(textOf(value), row);
}

function plain(type: Type | undefined, { kind }: ColumnFacts, column: ColumnBuffer): Put {
  switch (kind) {
    case 'boolean':
      return (value, row) => {
        column.setFlag(row, value === true);
        return typeof value === 'boolean';
      };
    case 'real':
      return (value, row) => {
        const number = numberOf(value);
        if (!Number.isFinite(number)) return false;
        column.setDouble(row, type?.shape === 'float4' ? Math.fround(number) : number);
        return true;
      };
    case 'integer':
    case 'bigint': {
      const end = kind === 'integer' ? safe : 2 ** 63;
      return (value, row) => {
        const number = numberOf(value);
        if (!Number.isInteger(number) || number > end || number < -end || number === 2 ** 63) return false;
        if (Number.isSafeInteger(number)) column.setSafe(row, number);
        else column.setWhole(row, BigInt(number));
        return true;
      };
    }
    default:
      return (value, row) => {
        if (kind === 'list' && !Array.isArray(value)) return false;
        column.setString(row, kind === 'json' ? JSON.stringify(value) : textOf(value));
        return true;
      };
  }
}

const interval =
  /^(?:(-?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-]?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?)?$/;

/** As Postgres says it, in its own style. */
function intervalOf(text: string): string | undefined {
  const found = interval.exec(text);
  if (!found || text === '') return undefined;
  const [, years = '0', months = '0', days = '0', sign = '', hours = '0', minutes = '0', seconds = '0', part = ''] =
    found;
  const whole = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const micros = whole * 1_000_000n + BigInt(part.padEnd(6, '0'));
  return durationText(Number(years) * 12 + Number(months), Number(days), sign === '-' ? -micros : micros);
}
