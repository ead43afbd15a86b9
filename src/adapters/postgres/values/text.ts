import {
  clockText,
  dayText,
  epochDays,
  epochMicros,
  instantText,
  intervalText,
  zoneText,
} from '../../common/calendar.ts';
import { isJson } from '../../common/spelled.ts';
import { int16, int32, int64 } from './bytes.ts';
import { float4, float4Text, float8, float8Text, isNumber, numericText } from './numbers.ts';
import type { PostgresType, Shape } from './types.ts';

/** A value of so many bytes at a place. */
export type Say = (bytes: Buffer, at: number, length: number) => string;

const [latest, earliest] = [2n ** 63n - 1n, -(2n ** 63n)];
const instant =
  (zone: string): Say =>
  (bytes, at) => {
    const micros = int64(bytes, at);
    if (micros === latest) return 'infinity';
    return micros === earliest ? '-infinity' : instantText(micros + epochMicros, zone);
  };

const date: Say = (bytes, at) => {
  const days = int32(bytes, at);
  if (days === 0x7fffffff) return 'infinity';
  return days === -0x80000000 ? '-infinity' : dayText(days + epochDays);
};

const interval: Say = (bytes, at) => {
  const [micros, days, months] = [int64(bytes, at), int32(bytes, at + 8), int32(bytes, at + 12)];
  if (micros === latest && days === 0x7fffffff && months === 0x7fffffff) return 'infinity';
  if (micros === earliest && days === -0x80000000 && months === -0x80000000) return '-infinity';
  return intervalText(months, days, micros);
};

const uuid: Say = (bytes, at) => {
  const hex = bytes.toString('hex', at, at + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};
const hex: Say = (bytes, at, length) => `\\x${bytes.toString('hex', at, at + length)}`;
const text: Say = (bytes, at, length) => bytes.toString('utf8', at, at + length);

const says: Readonly<Record<Exclude<Shape, 'array'>, Say>> = Object.freeze({
  bool: (bytes, at) => (bytes[at] === 1 ? 'true' : 'false'),
  int2: (bytes, at) => String(int16(bytes, at)),
  int4: (bytes, at) => String(int32(bytes, at)),
  int8: (bytes, at) => String(int64(bytes, at)),
  oid: (bytes, at) => String(int32(bytes, at) >>> 0),
  float4: (bytes, at) => float4Text(float4(bytes, at)),
  float8: (bytes, at) => float8Text(float8(bytes, at)),
  numeric: numericText,
  text,
  json: text,
  jsonb: (bytes, at, length) => bytes.toString('utf8', at + 1, at + length),
  date,
  time: (bytes, at) => clockText(Number(int64(bytes, at))),
  timetz: (bytes, at) => `${clockText(Number(int64(bytes, at)))}${zoneText(-int32(bytes, at + 8))}`,
  timestamp: instant(''),
  timestamptz: instant('+00'),
  interval,
  uuid,
  bytea: hex,
  unknown: hex,
});

/** How a value is said as text: as Postgres does (`::text`, ISO, in UTC), but a boolean as `true` or `false` and an array as its JSON. */
export const sayOf = (type: PostgresType): Say => (type.shape === 'array' ? jsonSayOf(type) : says[type.shape]);
export const textOf = (type: PostgresType, bytes: Buffer, at: number, length: number): string =>
  sayOf(type)(bytes, at, length);

/** How it is said in JSON: numbers with all their digits and booleans bare, JSON as it is, what JSON has no word for as text. */
export function jsonSayOf(type: PostgresType): Say {
  const { shape, element } = type;
  if (shape === 'array') return arraySay(element ? jsonSayOf(element) : hex);
  const say = says[shape];
  const quoted: Say = (bytes, at, length) => JSON.stringify(say(bytes, at, length));
  switch (shape) {
    case 'bool':
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    case 'jsonb':
      return say;
    // What cannot be read again as JSON is its text.
    case 'json':
      return (bytes, at, length) => {
        const said = say(bytes, at, length);
        return !said.includes('\\u') || isJson(said, false) ? said : JSON.stringify(said);
      };
    case 'numeric':
      return (bytes, at, length) => (isNumber(bytes, at) ? say : quoted)(bytes, at, length);
    case 'float4':
      return (bytes, at, length) => (Number.isFinite(float4(bytes, at)) ? say : quoted)(bytes, at, length);
    case 'float8':
      return (bytes, at, length) => (Number.isFinite(float8(bytes, at)) ? say : quoted)(bytes, at, length);
    default:
      return quoted;
  }
}
export const jsonOf = (type: PostgresType, bytes: Buffer, at: number, length: number): string =>
  jsonSayOf(type)(bytes, at, length);

/** Lists within lists for further dimensions; with which number an array begins is not said. */
function arraySay(say: Say): Say {
  return (bytes, at) => {
    const dimensions = int32(bytes, at);
    if (dimensions === 0) return '[]';
    const sizes = Array.from({ length: dimensions }, (_, index) => int32(bytes, at + 12 + 8 * index));
    let place = at + 12 + 8 * dimensions;
    const list = (depth: number): string => {
      const parts: string[] = [];
      for (let index = 0; index < (sizes[depth] as number); index += 1) {
        if (depth + 1 < dimensions) {
          parts.push(list(depth + 1));
          continue;
        }
        const length = int32(bytes, place);
        place += 4;
        parts.push(length < 0 ? 'null' : say(bytes, place, length));
        if (length > 0) place += length;
      }
      return `[${parts.join(',')}]`;
    };
    return list(0);
  };
}

/** Whether JSON has a word for an item; of most types it always has. */
const hasWord: Partial<Readonly<Record<Shape, (bytes: Buffer, at: number, length: number) => boolean>>> = {
  float4: (bytes, at) => Number.isFinite(float4(bytes, at)),
  float8: (bytes, at) => Number.isFinite(float8(bytes, at)),
  numeric: isNumber,
  json: (bytes, at, length) => isJson(bytes.toString('utf8', at, at + length), false),
};

/** Whether an array has an item that JSON has no word for, however deep. */
export function hasNoWord(type: PostgresType, bytes: Buffer, at: number): boolean {
  const has = hasWord[(type.element ?? type).shape];
  if (!has) return false;
  const dimensions = int32(bytes, at);
  let count = dimensions === 0 ? 0 : 1;
  for (let index = 0; index < dimensions; index += 1) count *= int32(bytes, at + 12 + 8 * index);
  for (let place = at + 12 + 8 * dimensions; count > 0; count -= 1) {
    const length = int32(bytes, place);
    place += 4;
    if (length < 0) continue;
    if (!has(bytes, place, length)) return true;
    place += length;
  }
  return false;
}
