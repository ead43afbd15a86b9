import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { numberEquals } from './identity.ts';
import { merge } from './merge.ts';
import { judged, listed, temporary, valid, type Work } from './work.ts';

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

/** The columns that are not the table's own, and their values for a row of the candidate. */
export function hiddenColumns(
  { write, identified }: Work,
  alias: string,
  sequence: bigint,
): { readonly spelled: string; readonly values: string } {
  const kept = write.mode.mode === 'append' && write.keepsOriginal && write.carried;
  const rows = [...(identified ? [hidden.row] : []), ...(kept ? [hidden.original, hidden.unread] : [])];
  return {
    spelled: [...rows, hidden.run, hidden.sequence].join(', '),
    values: [
      ...rows.map((name) => `${alias}.${name}`),
      dialect.literal(write.batch.runSeq),
      dialect.literal(sequence),
    ].join(', '),
  };
}

const only = (counts: Partial<Written>): Written => ({
  inserted: 0,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
  wrote: false,
  ...counts,
});

async function insertValid(work: Work, sequence: bigint, where = ''): Promise<number> {
  const { spelled, values } = hiddenColumns(work, 'c', sequence);
  const { rowsChanged } = await work.session.run(`insert into ${work.target} (${listed(work.names)}, ${spelled})
    select ${listed(work.names, 'c')}, ${values} from ${temporary.candidate} as c where ${valid} ${where}`);
  return rowsChanged;
}

async function replace(work: Work, sequence: bigint): Promise<Written> {
  await work.session.run(`delete from ${work.target}`);
  return only({ inserted: await insertValid(work, sequence), wrote: true });
}

/** Rows that are there already, by their identity, are stale. */
async function append(work: Work, sequence: bigint): Promise<Written> {
  const { session, target } = work;
  // Two valid rows that are alike in every way are two rows.
  if (work.latest.length === 0) await numberEquals(work, temporary.candidate);
  // Joined this way the engine keeps the candidate in memory, not the table.
  const stale = await session.make(
    temporary.fate,
    `select distinct c.rowid as row_at from ${target} as t join ${temporary.candidate} as c using (${judged.row}) where ${valid}`,
  );
  const known = stale ? `and c.rowid not in (select row_at from ${temporary.fate})` : '';
  const inserted = await insertValid(work, sequence, known);
  return only({ inserted, stale, wrote: inserted > 0 });
}

export function writeValid(work: Work, sequence: bigint): Promise<Written> {
  switch (work.write.mode.mode) {
    case 'replace':
      return replace(work, sequence);
    case 'append':
      return append(work, sequence);
    case 'merge':
      return merge(work, sequence);
  }
}
