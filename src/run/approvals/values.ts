import { hash } from 'node:crypto';
import { type Columns, parseValue } from '../../columns/index.ts';
import type { Line, LineValues } from '../../ports/index.ts';
import type { Project } from '../project.ts';

/** A value of a row as a line keeps it. */
export function lineValue(value: unknown): LineValues[string] {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint' || value instanceof Temporal.Instant || value instanceof Temporal.PlainDate)
    return value.toString();
  return JSON.stringify(value);
}

/** The row with what was changed of it. */
export const asEdited = ({ row, edited }: Pick<Line, 'row' | 'edited'>): LineValues => ({ ...row, ...edited });

/** The value as its column has it, for whoever judges it: texts of times and exact numbers are read again. */
export function columnValue(facts: Columns[string]['facts'], value: LineValues[string] | undefined): unknown {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? (parseValue(facts, value) ?? value) : value;
}

export const digest = (...texts: readonly string[]): string =>
  hash('sha256', JSON.stringify(texts), 'hex').slice(0, 16);

/** Rows of constants, in parentheses, with `_line`: the engine reads them as rows of the table. */
export function relationOfLines(
  rows: readonly { readonly line: string; readonly values: LineValues }[],
  columns: Columns,
  { warehouse: { dialect } }: Project,
): string {
  const all = Object.entries(columns);
  const cells = rows.map(({ line, values }) => {
    const own = all.map(
      ([name, { facts }]) => `cast(${dialect.literal(values[name] ?? null)} as ${dialect.type(facts)})`,
    );
    return `(${[dialect.literal(line), ...own].join(', ')})`;
  });
  const names = ['_line', ...all.map(([name]) => name)].map(dialect.identifier);
  return `(select * from (values ${cells.join(', ')}) as _values(${names.join(', ')}))`;
}
