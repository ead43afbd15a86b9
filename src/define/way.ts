import type { AnyTable } from './table.ts';

// Write modes with something to say: the types hold which columns they may name.

export interface Deleting<Name extends string = string> {
  readonly way: 'merge deleting';
  readonly deleted: Name;
}
export interface Changes<At extends string = string, Deleted extends string = string> {
  readonly way: 'append changes';
  readonly at: At;
  readonly deleted: Deleted;
}
export interface Each<Name extends string = string> {
  readonly way: 'replace each';
  readonly column: Name;
}
export interface History<
  At extends string = string,
  From extends string = string,
  Until extends string = string,
  Deleted extends string = string,
> {
  readonly way: 'history';
  readonly at: At;
  readonly from: From;
  readonly until: Until;
  readonly deleted?: Deleted;
}
export type Way = Deleting | Changes | Each | History;

/** Merges by key; a row where `deleted` is true leaves the table, and an older one that comes later does not bring it back. */
export const mergeDeleting = <const Name extends string>(deleted: Name): Deleting<Name> =>
  Object.freeze({ way: 'merge deleting', deleted });

/**
 * Appends every change of a row, so that a history can be made of them. One where `deleted` is true says which row has ended, and when (`at`): its key and
 * these two are judged, and its other columns may be missing.
 */
export const appendChanges = <const At extends string, const Deleted extends string>(names: {
  readonly at: At;
  readonly deleted: Deleted;
}): Changes<At, Deleted> => Object.freeze({ way: 'append changes', at: names.at, deleted: names.deleted });

/**
 * Replaces, as a whole, each value of this column that the run brings (a day, a month). What is read by `.since(column)` is read whole for each value
 * that a new row touches; a value that no row has any more stays until the table is built again.
 */
export const replaceEach = <const Name extends string>(column: Name): Each<Name> =>
  Object.freeze({ way: 'replace each', column });

/**
 * Keeps each version of a row, with the time from and until which it was true (slowly changing dimension, type 2): the first is in, the second out,
 * and missing while the version stands. `at` is the column that says since when, `deleted` the one that is true where the row ends. Each key's versions
 * come from all its rows, whatever the order in which they arrived. Read a table that keeps every row (`append`), not a merged one, else the versions
 * depend on when it ran.
 */
export const history = <
  const At extends string,
  const From extends string = 'valid_from',
  const Until extends string = 'valid_until',
  const Deleted extends string = never,
>(names: {
  readonly at: At;
  readonly from?: From;
  readonly until?: Until;
  readonly deleted?: Deleted;
}): History<At, From, Until, Deleted> => {
  const { at, from = 'valid_from' as From, until = 'valid_until' as Until, deleted } = names;
  return Object.freeze({ way: 'history', at, from, until, ...(deleted === undefined ? {} : { deleted }) });
};

/** It keeps every row that it has once taken in. */
export function appends(definition: { readonly kind: string }): boolean {
  return (definition as AnyTable).spec?.write === 'append' || wayOf(definition, 'append changes') !== undefined;
}

/** What a table that is written in such a way says of it; of any other definition nothing. */
export function wayOf<W extends Way['way']>(
  definition: { readonly kind: string },
  way: W,
): Extract<Way, { readonly way: W }> | undefined {
  const write = (definition as AnyTable).spec?.write;
  return typeof write === 'object' && write.way === way ? (write as Extract<Way, { readonly way: W }>) : undefined;
}
