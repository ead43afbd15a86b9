import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Work } from './work.ts';

/** Columns and what stands in them, as SQL. */
export type Cells = Readonly<Record<string, string>>;

/** What became of the valid rows. */
export interface Written {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly stale: number;
  /** Something of the table is other than it was. */
  readonly wrote: boolean;
}

/** What is written in each column for a row of the candidate, or of a table like it. */
export function cellsOf({ write, identified, names }: Work, alias: string, sequence: bigint): Cells {
  const kept = write.mode.mode === 'append' && write.keepsOriginal && write.carried;
  const rows = [...(identified ? [hidden.row] : []), ...(kept ? [hidden.original, hidden.unread] : [])];
  return {
    ...Object.fromEntries([...names, ...rows].map((name) => [name, `${alias}.${dialect.identifier(name)}`])),
    [hidden.run]: dialect.literal(write.batch.runSeq),
    [hidden.sequence]: dialect.literal(sequence),
  };
}

/** Counts, those not given being none. */
export const only = (counts: Partial<Written>): Written => ({
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
  wrote: false,
  ...counts,
});
