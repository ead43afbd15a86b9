import type { Column } from './column.ts';

// `any`: a column is invariant in its value and marks; here every column is meant.
export type Columns = Readonly<Record<string, Column<any, any>>>;
export type ItemOf<I> = I extends Column<infer V, any> ? V : I extends Columns ? RowOf<I> : never;

/** A row that readers get: everything promised. */
export type RowOf<C extends Columns> = { [K in keyof C]: C[K]['value'] } & {};
type Loose<V> = V extends string ? string : V extends number ? number : V;
/** A row before its columns have judged it: right names, right JavaScript kinds, nothing promised. */
export type Candidate<C extends Columns> = { [K in keyof C]: Loose<C[K]['value']> | null | undefined } & {};

/** The names of the columns whose value is a `Value`, spelled so that compile errors list them. */
export type NamesOf<C extends Columns, Value> = [
  keyof { [K in keyof C as NonNullable<C[K]['value']> extends Value ? K : never]: 0 },
] extends [infer N extends string]
  ? [N] extends [never]
    ? 'no column here is of that kind'
    : N
  : never;
/** The names of the key columns. */
export type KeyOf<C extends Columns> = {
  [K in keyof C]: C[K]['marks'] extends { '.key()': true } ? K : never;
}[keyof C] &
  string;
