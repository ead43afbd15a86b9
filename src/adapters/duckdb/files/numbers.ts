import type { Columns } from '../../../columns/index.ts';
import { literal } from '../literal.ts';

/**
 * DuckDB reads a JSON number with a fraction or exponent as a double, and gives its text back from that: 1.10 comes as 1.1, and of 0.1 with
 * thirty digits seventeen are left. That is what a `real` is; the other kinds need the number as it was written, which is read in Node, for the
 * few lines where it can differ.
 */

/** A key as an expression for RE2; serializers may write what is not ASCII as \uXXXX. */
function keyPattern(name: string): string {
  const inner = JSON.stringify(name).slice(1, -1);
  const spelled = inner.replace(/[\s\S]/gu, (character) => {
    const plain = /[A-Za-z0-9_]/.test(character) ? character : `\\x{${character.codePointAt(0)?.toString(16)}}`;
    if ((character.codePointAt(0) ?? 0) < 128) return plain;
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return `(?:${plain}|${units.map((unit) => `\\\\u(?i:${unit.toString(16).padStart(4, '0')})`).join('')})`;
  });
  return `"${spelled}"\\s*:\\s*`;
}

/** Looks like a number that was not written as a whole one, or like a zero that may have had a sign. */
const numberLike = (text: string): string =>
  `${text} >= '-' and ${text} < ':' and (contains(${text}, '.') or contains(${text}, 'e') or ${text} = '0') and regexp_full_match(${text}, '-?[0-9]+([.][0-9]+)?(e[+-]?[0-9]+)?')`;
/** Anywhere on a line: a number that a double may not hold as it was written. */
export const longNumber = '[0-9.]{17,}|[0-9][eE]';
/** Fifteen digits come back from a double as they were. */
const longOrExponent = '-?(?:[0-9.]{17,}|[0-9.]+[eE])';
const anyNumber = '-?[0-9]+[.eE]|-0';

/**
 * Whether a line holds, for one of these columns, a number whose text may not be what was written; true, false or NULL, for a `case`, where
 * DuckDB stops at the first part that decides. `text` spells a column's text.
 */
export function inexact(columns: Columns, text: (name: string) => string, line: string): string {
  const found = Object.entries(columns).flatMap(([name, { facts }]) => {
    const value = text(name);
    const keys = [name, ...(facts.aliases ?? [])].map(keyPattern);
    const onLine = (pattern: string): string =>
      `regexp_matches(${line}, ${literal(`(?:${keys.join('|')})(?:${pattern})`)})`;
    if (facts.kind === 'text') return [`(${numberLike(value)} and ${onLine(anyNumber)})`];
    if (facts.kind !== 'decimal' && facts.kind !== 'integer' && facts.kind !== 'bigint') return [];
    return [`((contains(${value}, '.') or contains(${value}, 'e')) and ${onLine(longOrExponent)})`];
  });
  return found.join(' or ') || 'false';
}

/** The key that a token spells; a line that is not JSON may have any token here. */
function keyOf(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
}

/** Where a string that begins here ends, after its quote; the line's end where it does not. */
function afterString(line: string, from: number): number {
  let end = line.indexOf('"', from + 1);
  while (end >= 0) {
    let backslashes = 0;
    while (line[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
    end = line.indexOf('"', end + 1);
  }
  return line.length;
}

const scalar = /[^\s{}[\]:,"]+/y;

/** Tokens of JSON: a string with its quotes, a scalar, or one of the marks. */
function* tokens(line: string): Generator<string> {
  let at = 0;
  while (at < line.length) {
    const character = line[at] as string;
    let end = at + 1;
    if (character === '"') end = afterString(line, at);
    else if (!'{}[]:,'.includes(character)) {
      scalar.lastIndex = at;
      end = scalar.test(line) ? scalar.lastIndex : at + 1;
    }
    const token = line.slice(at, end);
    if (token.trim()) yield token;
    at = end;
  }
}

/** The numbers of a JSON object, as they were written, by key; of a key given twice the first, as DuckDB has it. */
export function writtenNumbers(line: string): Readonly<Record<string, string>> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  let depth = 0;
  let last = '';
  let key: string | undefined;
  for (const token of tokens(line)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth !== 1) continue;
    else if (token === ':') key = keyOf(last);
    else if (token === ',') {
      if (key !== undefined) seen.add(key);
      key = undefined;
    } else if (key !== undefined && !seen.has(key) && /^-?\d/.test(token)) found.set(key, token);
    last = token;
  }
  return Object.fromEntries(found);
}

/** Whether a text ends within a string or a bracket. */
export function isCut(text: string): boolean {
  let depth = 0;
  for (const token of tokens(text)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token.startsWith('"') && afterString(`${token} `, 0) > token.length) return true;
  }
  return depth > 0;
}

/** A JSON object without these keys, its numbers as they were written; nothing where no other is left, or where it is none. */
export function undeclaredOf(line: string, names: ReadonlySet<string>): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const others = new Map<string, string>();
  let depth = 0;
  let last = '';
  let key: string | undefined;
  let value = '';
  for (const token of tokens(line)) {
    if (token === '}' || token === ']') depth -= 1;
    if (depth === 0 || (depth === 1 && token === ',')) {
      if (key !== undefined && !names.has(key)) others.set(key, value);
      key = undefined;
      value = '';
    } else if (key !== undefined) value += token;
    else if (token === ':') key = keyOf(last);
    if (token === '{' || token === '[') depth += 1;
    last = token;
  }
  const pairs = [...others].map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : undefined;
}
