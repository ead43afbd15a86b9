import { noColumn, notSpoken, unreadable } from './errors.ts';
import type { MemoryTable, Row } from './table.ts';
import { compare, type PgType, readText, toText } from './types.ts';

const operators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'is', 'isdistinct'];
export type Filter = (row: Row) => boolean;

/** Throws what Postgres says of a column that is not there. */
export function typeIn(table: MemoryTable, column: string): PgType {
  const type = table.typeOf(column);
  if (type === undefined) throw noColumn(table.name, column);
  return type;
}

/** `id=eq.1`, `score=not.is.null`, `or=(a.eq.1,and(b.eq.2,c.is.null))`. */
export function filterOf(table: MemoryTable, name: string, said: string): Filter {
  const [, not, joined] = /^(not\.)?(and|or)$/.exec(name) ?? [];
  if (joined !== undefined) return negated(not, joinedBy(joined, table, inner(said)));
  return compared(table, name, said);
}

const negated = (not: string | undefined, holds: Filter): Filter => (not === undefined ? holds : (row) => !holds(row));

function joinedBy(word: string, table: MemoryTable, text: string): Filter {
  const all = parts(text).map((part): Filter => {
    const [, not, joined, within] = /^(not\.)?(and|or)(\(.*\))$/s.exec(part) ?? [];
    if (joined !== undefined && within !== undefined) return negated(not, joinedBy(joined, table, inner(within)));
    const [, quotedName, plainName, rest = ''] = /^(?:"([^"]+)"|([^.]+))\.(.*)$/s.exec(part) ?? [];
    const [, before = '', quoted] = /^((?:not\.)?[a-z]+\.)"((?:[^"\\]|\\.)*)"$/s.exec(rest) ?? [];
    const said = quoted === undefined ? rest : before + quoted.replaceAll(/\\(.)/gs, '$1');
    return compared(table, quotedName ?? plainName ?? '', said);
  });
  return word === 'and' ? (row) => all.every((holds) => holds(row)) : (row) => all.some((holds) => holds(row));
}

function inner(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) throw notSpoken(text);
  return text.slice(1, -1);
}

/** Between commas that stand in no quotes and no brackets. */
function parts(text: string): readonly string[] {
  const found: string[] = [];
  let [start, depth, isQuoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (isQuoted && sign === '\\') at += 1;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (!isQuoted && sign === '(') depth += 1;
    else if (!isQuoted && sign === ')') depth -= 1;
    else if (!isQuoted && depth === 0 && sign === ',') {
      found.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...found, text.slice(start)];
}

function compared(table: MemoryTable, name: string, said: string): Filter {
  const column = name.replaceAll('"', '');
  const [, not, operator = '', value = ''] = /^(not\.)?([a-z]+)\.(.*)$/s.exec(said) ?? [];
  if (!operators.includes(operator))
    throw unreadable(
      `failed to parse filter (${said})`,
      1,
      `unexpected "${said.charAt(0)}" expecting "not" or operator (eq, gt, ...)`,
    );
  const type = typeIn(table, column);
  const holds = holdsOf(operator, type, value, column);
  return not === undefined
    ? holds
    : (row) => (operator === 'is' || operator === 'isdistinct' || row[column] !== null) && !holds(row);
}

function holdsOf(operator: string, type: PgType, value: string, column: string): Filter {
  if (operator === 'is') return isOf(value, column);
  if (operator === 'in') {
    const values = listOf(value).map((one) => readText(type, one));
    const texts = new Set(values.map((one) => toText(type, one)));
    return (row) => row[column] !== null && texts.has(toText(type, row[column] ?? null));
  }
  const bound = readText(type, value);
  const step = (row: Row): number => compare(type, row[column] ?? null, bound);
  if (operator === 'isdistinct') return (row) => step(row) !== 0;
  const judged: Readonly<Record<string, (step: number) => boolean>> = {
    eq: (by) => by === 0,
    neq: (by) => by !== 0,
    gt: (by) => by > 0,
    gte: (by) => by >= 0,
    lt: (by) => by < 0,
    lte: (by) => by <= 0,
  };
  return (row) => row[column] !== null && judged[operator]?.(step(row)) === true;
}

function isOf(value: string, column: string): Filter {
  const said = value.toLowerCase();
  if (said === 'null' || said === 'unknown') return (row) => row[column] === null;
  if (said === 'true' || said === 'false') return (row) => row[column] === (said === 'true');
  throw unreadable(
    `failed to parse filter (is.${value})`,
    4,
    `unexpected "${value.charAt(0)}" expecting null or trilean value (unknown, true, false)`,
  );
}

/** `(a,b,"c,d")`: a quote or a backslash within quotes stands behind a backslash. */
function listOf(text: string): readonly string[] {
  if (!text.startsWith('(') || !text.endsWith(')'))
    throw unreadable(`failed to parse filter (in.${text})`, 4, `unexpected "${text.charAt(0)}" expecting "("`);
  const inner = text.slice(1, -1);
  if (inner === '') return [];
  return [...inner.matchAll(/(?:^|,)(?:"((?:[^"\\]|\\.)*)"|([^,]*))/gs)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain as string) : quoted.replaceAll(/\\(.)/gs, '$1'),
  );
}
