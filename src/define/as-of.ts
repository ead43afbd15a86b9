import { type Column, type Columns, col, type Duration, keyOf, type NamesOf, type Time } from '../columns/index.ts';
import type { Definition } from './definition.ts';
import { type AnyReadable, type AsOf, type Readable, readableBy } from './rows.ts';
import type { AnyTable } from './table.ts';
import { appends, wayOf } from './way.ts';

type Kept<C> = C extends Column<infer V, any> ? NonNullable<V> : never; // any: whatever its marks
/** Names of the columns that both have, of one kind. */
type Shared<L extends Columns, R extends Columns> = {
  [K in keyof L & keyof R]: Kept<L[K]> extends Kept<R[K]> ? K : Kept<R[K]> extends Kept<L[K]> ? K : never;
}[keyof L & keyof R] &
  string;
type Both<L extends Columns, R extends Columns, T extends Time> = readonly [NamesOf<L, T>, NamesOf<R, T>];
type Taken<R extends Columns, Take extends Readonly<Record<string, keyof R>>> = {
  [N in keyof Take]: Column<Kept<R[Take[N]]> | null>;
};

interface How<L extends Columns, R extends Columns, Take> {
  /** Columns that are equal in both rows. */
  readonly on: readonly Shared<L, R>[];
  /** The time of the left rows, and that from which a right row is known: both days, or both instants. */
  readonly at: Both<L, R, Temporal.Instant> | Both<L, R, Temporal.PlainDate>;
  /** Columns of the right row, by the names that they get. */
  readonly take: Take & { readonly [N in keyof Take & keyof L]: 'the left rows have a column of that name' };
  /** A right row that is older than that, at the time of the left row, is none. */
  readonly within?: Duration;
}

/**
 * Each row of `left` with what was known at its time: columns of the newest row of `right` of the same `on` that is not later. They are missing
 * where there is none. In a table that is merged or replaced by a column, `left` read by `.since(…)` or `.unread` is what is new of it, and
 * besides every row for which another row of `right` counts now, because one came late or was corrected.
 */
export function asOf<
  L extends Columns,
  R extends Columns,
  const Take extends Readonly<Record<string, keyof R & string>>,
>(left: Readable<L>, right: Readable<R>, how: How<L, R, Take>): Readable<Omit<L, keyof Take> & Taken<R, Take>> {
  const { on, at, take, within } = how;
  const recipe: AsOf = Object.freeze({
    ...{ by: 'as of', left, right, on: Object.freeze([...on]), at: Object.freeze([...at]) as AsOf['at'] },
    take: Object.freeze({ ...take }),
    ...(within === undefined ? {} : { within }),
  } as const);
  const taken = Object.entries(recipe.take).map(([name, column]) => [name, columnOf(right, column)]);
  const columns = { ...left.columns, ...Object.fromEntries(taken) };
  return readableBy(columns, recipe, [...left.reads, ...right.reads]);
}

/** It need not be there, and is no key here. What is wrong with a name is said when the definitions are collected. */
function columnOf(right: AnyReadable, name: string): Columns[string] | undefined {
  const { isKey: _, ...facts } = right.columns[name]?.facts ?? {};
  return 'kind' in facts ? new col.Column({ ...facts, nullable: true }) : undefined;
}

/** Columns of a table of which no two rows have the same values: whoever writes it sees to that. Of a table that keeps every row there are none. */
export function uniqueIn(definition: Definition): readonly string[] | undefined {
  if (definition.kind !== 'table' || appends(definition)) return undefined;
  const { columns, spec } = definition as AnyTable;
  const keys = keyOf(columns);
  if (spec.write === 'view' || keys.length === 0) return undefined;
  const history = wayOf(definition, 'history');
  return history ? [...keys, history.from] : keys;
}
