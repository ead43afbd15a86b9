import { dialect } from '../dialect.ts';
import type { Fates } from './fate.ts';
import { canBeFilled, fill } from './fill.ts';
import { keepVersions } from './history.ts';
import { isFurther, numberAfter, numberEquals } from './identity.ts';
import { merge } from './merge.ts';
import { replaceParts } from './parts.ts';
import { insertSql, judged, temporary, type Work } from './work.ts';
import { type Cells, cellsOf, only, type Written } from './written.ts';

/** Leaves the rows in the candidate that are not there yet, by their identity, and says how many are. */
async function removeStale({ session, target }: Work): Promise<number> {
  // Joined this way the engine keeps the candidate in memory, not the table.
  const stale = await session.make(
    temporary.known,
    `select distinct c.rowid as row_at from ${target} as t join ${temporary.candidate} as c using (${judged.row})`,
  );
  if (stale) await session.run(`delete from ${temporary.candidate} where rowid in (from ${temporary.known})`);
  return stale;
}

/** Adds the rows that are not there yet. Where every version of a key is kept, equal rows are told apart by an ordinal behind their hash. */
async function append(work: Work, cells: Cells, rows: number): Promise<Written> {
  const { session, target } = work;
  // Two valid rows that are alike in every way are two rows.
  const keepsAll = work.latest.length === 0;
  if (keepsAll) await numberEquals(work, temporary.candidate);
  if (await canBeFilled(work, rows, target)) return only({ inserted: await fill(work, cells, rows), wrote: true });
  const further = keepsAll && isFurther(work);
  if (further) await numberAfter(work, temporary.candidate, target);
  const stale = further ? 0 : await removeStale(work);
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
    case 'history':
      return await keepVersions(work, sequence, rows);
    case 'replace each':
      return await replaceParts(work, cells, rows);
  }
}
