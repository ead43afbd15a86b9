import { dialect } from '../dialect.ts';
import type { Fates } from './fate.ts';
import { canBeFilled, fill } from './fill.ts';
import { numberEquals } from './identity.ts';
import { merge } from './merge.ts';
import { insertSql, judged, temporary, type Work } from './work.ts';
import { type Cells, cellsOf, only, type Written } from './written.ts';

/** Rows that are there already, by their identity, are stale. */
async function append(work: Work, cells: Cells, rows: number): Promise<Written> {
  const { session, target } = work;
  // Two valid rows that are alike in every way are two rows.
  if (work.latest.length === 0) await numberEquals(work, temporary.candidate);
  if (await canBeFilled(work, rows, target)) return only({ inserted: await fill(work, cells, rows), wrote: true });
  // Joined this way the engine keeps the candidate in memory, not the table.
  const stale = await session.make(
    temporary.known,
    `select distinct c.rowid as row_at from ${target} as t join ${temporary.candidate} as c using (${judged.row})`,
  );
  if (stale) await session.run(`delete from ${temporary.candidate} where rowid in (from ${temporary.known})`);
  const scan = `select ${Object.values(cells).join(', ')} from ${temporary.candidate} as c`;
  const { rowsChanged } = await session.run(insertSql(target, Object.keys(cells).map(dialect.identifier), scan));
  return only({ inserted: rowsChanged, stale, wrote: rowsChanged > 0 });
}

/** Writes `rows` valid rows of the candidate of which no two have one key: all that are left there, or those that the fates say. */
export async function writeValid(work: Work, sequence: bigint, rows: number, fates?: Fates): Promise<Written> {
  const cells = cellsOf(work, 'c', sequence);
  switch (work.write.mode.mode) {
    case 'replace':
      return only({ inserted: await fill(work, cells, rows), wrote: true });
    case 'append':
      return await append(work, cells, rows);
    case 'merge':
      return await merge(work, sequence, rows, fates);
  }
}
