import { type ColumnFacts, type Columns, col, parseDuration, parseValue } from '../../columns/index.ts';
import { holds } from '../../quality/judge.ts';

/** Of what a list is: rows, or values of one kind. */
export const itemOf = ({ of }: ColumnFacts): { readonly rows: Columns } | { readonly facts: ColumnFacts } =>
  of instanceof col.Column ? { facts: of.facts } : { rows: of as Columns };

/** As `holds` asks for it. */
export const kindText = ({ kind, of }: ColumnFacts): string => (kind === 'decimal' ? `decimal(${of})` : kind);
const isOf = (facts: ColumnFacts, value: unknown): boolean =>
  holds({ code: 'kind', allowed: kindText(facts), column: '', flag: '' }, value);

/** The value that a handler gets for what JSON can say of it; nothing where it is not of the kind. */
export function fromJson(facts: ColumnFacts, value: unknown): unknown {
  const { kind } = facts;
  if (kind === 'bigint' && Number.isSafeInteger(value)) return BigInt(value as number);
  if (typeof value !== 'string') return undefined;
  if (kind === 'bigint' && value.length > 20) return undefined;
  // A day has no time of its own, and an instant has an offset: neither is guessed.
  if (kind === 'date' && !/^[+-]?\d{4,6}-\d\d-\d\d$/.test(value)) return undefined;
  const found = kind === 'duration' ? (parseDuration(value) ? value : undefined) : parseValue(facts, value);
  return found !== undefined && isOf(facts, found) ? found : undefined;
}

const deepest = 32;
/** What is JSON, and no part of it meant as anything but data: not nested for its own sake, no key that reaches behind an object. What is undefined is left out. */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return ['string', 'boolean', 'undefined'].includes(typeof value);
  if (value === null) return true;
  if (depth === deepest) return false;
  if (Array.isArray(value)) return value.every((one) => isPlain(one, depth + 1));
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const said: unknown = value.toJSON();
    return said !== undefined && isPlain(said, depth + 1);
  }
  return Object.entries(value).every(
    ([key, one]) => key !== '__proto__' && key !== 'constructor' && key !== 'prototype' && isPlain(one, depth + 1),
  );
}

const kinds: Readonly<Record<ColumnFacts['kind'], string>> = Object.freeze({
  text: 'a text',
  integer: 'a whole number',
  bigint: 'a whole number, above 2^53 as a text',
  real: 'a number',
  decimal: 'an exact number as a text, such as "12.50"',
  boolean: 'true or false',
  date: 'a day as a text, such as "2028-02-29"',
  timestamp: 'an instant as a text, such as "2028-02-29T12:00:00Z"',
  duration: 'a text such as "15 minutes"',
  list: 'a list',
  json: `JSON of at most ${deepest} levels, without __proto__, constructor and prototype as names`,
});

/** What a column takes, for people. */
export function allowedText(facts: ColumnFacts): string {
  const { kind, of, rules = [], nullable } = facts;
  const size =
    kind === 'decimal'
      ? ` with at most ${(of as readonly number[])[0]} digits, ${(of as readonly number[])[1]} of them places`
      : '';
  const ruled = rules.flatMap((rule) => {
    if (rule.code === 'min') return [`at least ${rule.allowed}`];
    if (rule.code === 'max') return [`at most ${rule.allowed}`];
    if (rule.code === 'matches') return [`matching /${rule.allowed}/`];
    return rule.code === 'one_of' ? [`one of ${rule.allowed.map((one) => JSON.stringify(one)).join(', ')}`] : [];
  });
  return [`${kinds[kind]}${size}`, ...ruled, ...(nullable ? ['or null'] : [])].join(', ');
}
