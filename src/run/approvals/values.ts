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

/** Values of lines, in parentheses, with `_line`: the engine reads them as rows of the table. */
export function relationOfLines(
  rows: readonly { readonly line: string; readonly values: LineValues }[],
  columns: Columns,
  { warehouse: { dialect } }: Project,
): string {
  const names = Object.keys(columns);
  const told = rows.map(({ line, values }) => [line, ...names.map((name) => values[name]?.toString() ?? null)]);
  const typed = Object.entries(columns).map(([name, { facts }]) => {
    const column = dialect.identifier(name);
    return `cast(${column} as ${dialect.type(facts)}) as ${column}`;
  });
  return `(select ${['_line', ...typed].join(', ')} from ${dialect.texts(['_line', ...names], told)} as _texts)`;
}
