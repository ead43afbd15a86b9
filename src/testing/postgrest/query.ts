import { noColumn, RestError, unreadable } from './errors.ts';
import type { MemoryTable, Row } from './table.ts';
import { compare, type PgType, readText, toJson, toText } from './types.ts';

/** What a query asks of a table. */
export interface Query {
  readonly select: readonly { readonly column: string; readonly as: string; readonly isText: boolean }[];
  readonly matches: (row: Row) => boolean;
  readonly order: readonly { readonly column: string; readonly sign: 1 | -1; readonly nullsFirst: boolean }[];
  readonly limit: number;
  readonly offset: number;
  /** Some filter was given. */
  readonly isFiltered: boolean;
}

const reserved = new Set(['select', 'order', 'limit', 'offset', 'on_conflict', 'columns']);
const operators = ['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'is', 'isdistinct'];
type Filter = (row: Row) => boolean;

/** Throws what PostgREST answers to one that cannot be understood, or names what is not there. */
export function readQuery(parameters: URLSearchParams, table: MemoryTable): Query {
  const filters = [...parameters]
    .filter(([name]) => !reserved.has(name))
    .map(([name, said]) => filterOf(table, name, said));
  return {
    select: selectOf(parameters.get('select') ?? '*', table),
    matches: (row) => filters.every((holds) => holds(row)),
    order: orderOf(parameters.get('order'), table),
    limit: countOf(parameters, 'limit') ?? Number.POSITIVE_INFINITY,
    offset: countOf(parameters, 'offset') ?? 0,
    isFiltered: filters.length > 0,
  };
}

/** The rows of it in their order, before any limit. */
export function found(table: MemoryTable, { matches, order }: Query): readonly Row[] {
  const rows = table.rows().filter(matches);
  if (order.length === 0) return rows;
  return rows.toSorted((one, other) => {
    for (const { column, sign, nullsFirst } of order) {
      const [mine, theirs] = [one[column] ?? null, other[column] ?? null];
      if (mine === null || theirs === null) {
        if (mine === theirs) continue;
        return (mine === null) === nullsFirst ? -1 : 1;
      }
      const step = compare(typeIn(table, column), mine, theirs);
      if (step !== 0) return step * sign;
    }
    return 0;
  });
}

export const shown = (table: MemoryTable, { select }: Query, row: Row): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    select.map(({ column, as, isText }) => [
      as,
      isText ? toText(row[column] ?? null) : toJson(typeIn(table, column), row[column] ?? null),
    ]),
  );

function typeIn(table: MemoryTable, column: string): PgType {
  const type = table.typeOf(column);
  if (type === undefined) throw noColumn(table.name, column);
  return type;
}

const countOf = (parameters: URLSearchParams, name: string): number | undefined => {
  const said = parameters.get(name);
  return said === null || !/^\d+$/.test(said) ? undefined : Number(said);
};

/** `id`, `*`, `score:lead_score`, `lead_score::text`. */
function selectOf(text: string, table: MemoryTable): Query['select'] {
  return text.split(',').flatMap((part) => {
    if (part === '*') return Object.keys(table.given.columns).map((column) => ({ column, as: column, isText: false }));
    const [, as, column = '', cast] = /^(?:([^:]+):(?!:))?"?([^:"]+)"?(?:::(\w+))?$/.exec(part) ?? [];
    if (column === '' || (cast !== undefined && cast !== 'text')) throw notSpoken(`select=${part}`);
    typeIn(table, column);
    return [{ column, as: as ?? column, isText: cast === 'text' }];
  });
}

function orderOf(text: string | null, table: MemoryTable): Query['order'] {
  if (text === null || text === '') return [];
  return text.split(',').map((part) => {
    const [column = '', ...words] = part.split('.');
    const named = column.replaceAll('"', '');
    typeIn(table, named);
    const isDown = words.includes('desc');
    return {
      column: named,
      sign: isDown ? -1 : 1,
      nullsFirst: words.includes('nullsfirst') || (isDown && !words.includes('nullslast')),
    };
  });
}

function filterOf(table: MemoryTable, name: string, said: string): Filter {
  const column = name.replaceAll('"', '');
  if (['and', 'or', 'not.and', 'not.or'].includes(name)) throw notSpoken(name);
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
    const texts = new Set(values.map(toText));
    return (row) => row[column] !== null && texts.has(toText(row[column] ?? null));
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

/** A test that asks for it is to know that it was not the real one which said no. */
export const notSpoken = (what: string): RestError =>
  new RestError(501, 'DOUBLE', `The double of PostgREST does not know ${what}.`, {
    hint: 'Add it to src/testing/postgrest, and to the suite that holds it to the real one.',
  });
