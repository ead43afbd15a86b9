import type { Columns } from '../../../columns/index.ts';
import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';

const { identifier, literal } = dialect;

/** Columns of a staged table beside those of the source: the file's place in the list, and the line or row where it is not the row's own place. */
export const staged = Object.freeze({ file: '"#file"', line: '"#line"' });

export interface Reading {
  /** The input: a relation in parentheses, or a table. */
  readonly from: string;
  /** The producer's value of a column, an expression over the input; NULL where there is none. */
  readonly raw: (name: string) => string;
  /** Makes it a value of the column's kind, or NULL. */
  readonly value: (name: string) => string;
  /** True where no column of the row can be read at all. */
  readonly lost?: string;
  /** The producer's row as JSON text. */
  readonly original: string;
  /** Further columns, each with its alias. */
  readonly besides: readonly string[];
}

/** A query for typed rows: the columns, `_original` and `_unread` (NULL for rows whose values all were read), and what is beside. */
export function typedSql(columns: Columns, reading: Reading): string {
  const names = Object.keys(columns);
  const value = (index: number): string => `"#v${index}"`;
  const lost = reading.lost ?? 'false';
  const judged = names.flatMap((name, index) =>
    columns[name]?.facts.kind === 'text' ? [] : [`(${reading.raw(name)} is not null and ${value(index)} is null)`],
  );
  const each = names.map((name, index) => {
    const isText = columns[name]?.facts.kind === 'text';
    const bad = isText ? 'false' : `(${reading.raw(name)} is not null and ${value(index)} is null)`;
    return `case when ${lost} or ${bad} then ${literal(name)} end`;
  });
  const unread = [lost, ...judged].join(' or ');
  const list = `list_filter([${each.join(', ')}], lambda one: one is not null)`;
  // One decision for both: DuckDB would evaluate the condition twice.
  const bad = `case when ${unread} then {'original': ${reading.original}, 'unread': ${list}} end`;
  return `select ${names.map((name, index) => `${value(index)} as ${identifier(name)}`).join(', ')},
    "#bad".original as ${hidden.original}, "#bad".unread as ${hidden.unread}
    ${reading.besides.map((column) => `, ${column}`).join('')}
    from (select *, ${bad} as "#bad" from (select *, ${names
      .map((name, index) => `${reading.value(name)} as ${value(index)}`)
      .join(', ')} from ${reading.from}))`;
}
