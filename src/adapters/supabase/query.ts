import type { TableAsked } from '../../ports/index.ts';

/** A word of a request: what stands left and right of its `=`. */
export type Word = readonly [name: string, value: string];

/** What a request may say that is no column. */
const reserved = new Set(['select', 'order', 'limit', 'offset', 'and', 'or', 'not', 'columns', 'on_conflict']);

/** A column's name, in quotes where PostgREST would read something else in it. */
export const nameOf = (name: string): string =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`;

/** Within parentheses: commas and quotes of the value are none of the list. */
export const listed = (value: string): string =>
  /^[\w-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;

/** Rows of which the column is so. */
export const filter = (name: string, operator: string, value: string): Word => [nameOf(name), `${operator}.${value}`];

export const among = (name: string, values: readonly string[]): Word =>
  filter(name, 'in', `(${values.map(listed).join(',')})`);

type Value = string | number | boolean | null;

/** What a source's `where` says, as its reader's option has it. */
export function conditions(where: string): readonly Word[] {
  const of = Object.entries(JSON.parse(where) as Readonly<Record<string, Value | readonly Value[]>>);
  return of.map(([name, value]) => {
    if (Array.isArray(value)) return among(name, value.map(String));
    return value === null || typeof value === 'boolean'
      ? filter(name, 'is', String(value))
      : filter(name, 'eq', String(value));
  });
}
/** Columns that it names. */
export const namedIn = (where: string): readonly string[] => Object.keys(JSON.parse(where) as object);

/** The rows of these times, of a column that is a time. */
export function within(name: string, { spans }: NonNullable<TableAsked['within']>): Word {
  const one = nameOf(name);
  const parts = spans.map(({ from, until }) => `and(${one}.gte.${from},${one}.lt.${until})`);
  return ['or', `(${parts.join(',')})`];
}
