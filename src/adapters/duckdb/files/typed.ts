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
  /** Further columns, each with its alias. */
  readonly besides: readonly string[];
}

interface Typed {
  /** The columns, then what is beside. */
  readonly columns: string;
  /** With everything of the input, the typed values among it. */
  readonly from: string;
  /** Whether some value is there but could not be read; true, false or NULL, for a `case`. */
  readonly unread: string;
  /** The names of those columns. */
  readonly names: string;
}

function typed(columns: Columns, { from, raw, value, lost = 'false', besides }: Reading): Typed {
  const names = Object.keys(columns);
  const column = (index: number): string => `"#v${index}"`;
  const failed = names.map((name, index) =>
    columns[name]?.facts.kind === 'text' ? undefined : `(${column(index)} is null and ${raw(name)} is not null)`,
  );
  const each = names.map((name, index) => `case when ${failed[index] ?? lost} or ${lost} then ${literal(name)} end`);
  const values = names.map((name, index) => `${value(name)} as ${column(index)}`);
  return {
    columns: [...names.map((name, index) => `${column(index)} as ${identifier(name)}`), ...besides].join(', '),
    from: `(select *, ${values.join(', ')} from ${from})`,
    unread: [lost, ...failed.filter((one) => one !== undefined)].join(' or '),
    names: `list_filter([${each.join(', ')}], lambda one: one is not null)`,
  };
}

/** A query for typed rows with `_original` and `_unread`, which are NULL where all values could be read. */
export function typedSql(columns: Columns, reading: Reading & { readonly original: string }): string {
  const sql = typed(columns, reading);
  // One decision for both: DuckDB would evaluate the condition twice.
  const bad = `case when ${sql.unread} then {'original': ${reading.original}, 'unread': ${sql.names}} end`;
  return `select ${sql.columns}, "#bad".original as ${hidden.original}, "#bad".unread as ${hidden.unread}
    from (select *, ${bad} as "#bad" from ${sql.from})`;
}

/** A query for typed rows with the text of those which must be looked at again, and NULL for all others. */
export function quickTypedSql(
  columns: Columns,
  reading: Reading & { readonly text: string; readonly inexact: string },
): string {
  const sql = typed(columns, reading);
  return `select ${sql.columns}, "#inexact", case when "#inexact" or ${sql.unread} then ${reading.text} end as "#text"
    from (select *, case when ${reading.inexact} then true else false end as "#inexact" from ${sql.from})`;
}
