import type { Judgement, Kind } from '../columns/index.ts';
import { parseDuration } from '../columns/index.ts';

/** Whole numbers up to here are exact in JavaScript. */
const greatest = 2 ** 53;
const bits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;
const within = (year: number): boolean => year >= 1 && year <= 9999;
const firstInstant = Temporal.Instant.from('0001-01-01T00:00:00Z').epochNanoseconds;
const lastInstant = Temporal.Instant.from('+010000-01-01T00:00:00Z').epochNanoseconds;

/** Whether a value that is there is of a kind. Days and instants are those of the years 1 to 9999; not-a-number and infinities are no real. */
const kinds: Readonly<Record<Exclude<Kind, 'decimal'>, (value: unknown) => boolean>> = Object.freeze({
  text: (value) => typeof value === 'string',
  integer: (value) =>
    (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= greatest) ||
    (typeof value === 'bigint' && value >= -BigInt(greatest) && value <= BigInt(greatest)),
  bigint: (value) => (typeof value === 'bigint' && bits(value)) || Number.isSafeInteger(value),
  real: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  date: (value) => value instanceof Temporal.PlainDate && within(value.year),
  timestamp: (value) =>
    value instanceof Temporal.Instant && value.epochNanoseconds >= firstInstant && value.epochNanoseconds < lastInstant,
  duration: (value) => typeof value === 'string' && parseDuration(value) !== undefined,
  list: Array.isArray,
  json: (value) => value !== undefined,
});

/** A decimal number as a whole number of units and how many places a unit has; `power` only where JavaScript wrote it. */
function exact(text: string): { units: bigint; places: number } {
  const [, sign = '', whole = '', part = '', power = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const places = part.length - Number(power);
  const units = BigInt(`${whole}${part}`) * (sign === '-' ? -1n : 1n);
  return places < 0 ? { units: units * 10n ** BigInt(-places), places: 0 } : { units, places };
}

/** Whether text is a decimal that has no more digits than its column, before the point and after it. */
function isDecimal(value: unknown, digits: number, places: number): boolean {
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)$/.test(value)) return false;
  const { units, places: written } = exact(value);
  const [unit, beyond] = [10n ** BigInt(Math.max(0, written - places)), 10n ** BigInt(digits - places + written)];
  return units % unit === 0n && units < beyond && units > -beyond;
}

function isOfKind(kind: string, value: unknown): boolean {
  const [, digits, places] = /^decimal\((\d+),(\d+)\)$/.exec(kind) ?? [];
  if (digits) return isDecimal(value, Number(digits), Number(places));
  return kinds[kind as keyof typeof kinds](value);
}

/** Negative, zero or positive, as the first is less, equal or greater; a bound counts as it is written. */
function compare(value: string, bound: number): number {
  if (!Number.isFinite(bound)) return -bound;
  const [left, right] = [exact(value), exact(`${bound}`)];
  const difference =
    left.units * 10n ** BigInt(Math.max(0, right.places - left.places)) -
    right.units * 10n ** BigInt(Math.max(0, left.places - right.places));
  return difference < 0n ? -1 : Number(difference > 0n);
}

function atLeast(value: unknown, bound: number): boolean {
  if (typeof value === 'string') return compare(value, bound) >= 0;
  return (value as number | bigint) >= bound;
}
function atMost(value: unknown, bound: number): boolean {
  if (typeof value === 'string') return compare(value, bound) <= 0;
  return (value as number | bigint) <= bound;
}

const compiled = new Map<string, RegExp>();
/**
 * V8 14.6 reads a pattern that ends in `$` from the end, and takes a class for one half of a surrogate pair: /[^a]$/u does not find '😀'.
 * Saying the end in another way keeps it from doing so.
 */
function pattern(source: string): RegExp {
  const known = compiled.get(source);
  if (known) return known;
  const parts = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\$/gu;
  const made = new RegExp(
    source.replace(parts, (part) => (part === '$' ? '(?![^])' : part)),
    'u',
  );
  compiled.set(source, made);
  return made;
}

/**
 * Whether a value holds: what every engine's SQL says too, for every value. A missing value holds for every rule but `present`, not-a-number
 * for neither `min` nor `max`; text is compared by code point, exactly; a decimal's text exactly, against the bound as it is written.
 */
export function holds(judgement: Judgement, value: unknown): boolean {
  const missing = value === null || value === undefined;
  if (judgement.code === 'present') return !missing;
  if (missing) return true;
  switch (judgement.code) {
    case 'kind':
      return isOfKind(judgement.allowed, value);
    case 'min':
      return atLeast(value, judgement.allowed);
    case 'max':
      return atMost(value, judgement.allowed);
    case 'matches':
      return pattern(judgement.allowed).test(value as string);
    case 'one_of':
      return judgement.allowed.includes(value as string);
  }
}
