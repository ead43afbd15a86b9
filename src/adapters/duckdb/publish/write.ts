import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { numberEquals } from './identity.ts';
import { merge } from './merge.ts';
import { insertSql, judged, listed, temporary, valid, type Work } from './work.ts';

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
): { readonly spelled: readonly string[]; readonly values: string } {
  const kept = write.mode.mode === 'append' && write.keepsOriginal && write.carried;
  const rows = [...(identified ? [hidden.row] : []), ...(kept ? [hidden.original, hidden.unread] : [])];
  return {
    spelled: [...rows, hidden.run, hidden.sequence],
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

async function insertValid(work: Work, sequence: bigint): Promise<number> {
  const { spelled, values } = hiddenColumns(work, 'c', sequence);
  const names = work.names.map(dialect.identifier);
  const scan = `select ${listed(work.names, 'c')}, ${values} from ${temporary.candidate} as c where ${valid}`;
  const { rowsChanged } = await work.session.run(insertSql(work.target, [...names, ...spelled], scan));
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
    temporary.known,
    `select distinct c.rowid as row_at from ${target} as t join ${temporary.candidate} as c using (${judged.row})`,
  );
  if (stale) await session.run(`delete from ${temporary.candidate} where rowid in (from ${temporary.known})`);
  const inserted = await insertValid(work, sequence);
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
