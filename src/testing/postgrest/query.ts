import { notSpoken } from './errors.ts';
import { filterOf, typeIn } from './filters.ts';
import type { MemoryTable, Row } from './table.ts';
import { compare, toJson, toText } from './types.ts';

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
      isText ? toText(typeIn(table, column), row[column] ?? null) : toJson(typeIn(table, column), row[column] ?? null),
    ]),
  );

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
