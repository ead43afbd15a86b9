import { EsteiraError } from '../../../errors.ts';
import { greatestFirst, rank } from './identity.ts';
import { judged, listed, temporary, valid, type Work } from './work.ts';

/** What two valid rows of a run may not have in common: their key; of a history, which keeps every row, their identity. */
export const uniqueOf = ({ key, write }: Work): readonly string[] =>
  write.mode.mode === 'history' ? [judged.row] : key;

/** An append without an order keeps every version of a key. */
export const asksForRepeated = ({ key, latest, write }: Work): boolean =>
  key.length > 0 && (write.mode.mode !== 'append' || latest.length > 0);

/** Keys of more than one valid row. */
const repeatedKeys = (work: Work): string =>
  `select ${listed(uniqueOf(work))} from ${temporary.candidate} where ${valid} group by all having count(*) > 1`;

/** So many keys are ranked at once, in memory; with more of them their rows are sorted, which the engine can do on the disk. */
const together = 10_000_000;

/** The places of all rows but the greatest of each repeated key. */
export function lostSql(work: Work, keys: number): string {
  const key = uniqueOf(work);
  const some = `${temporary.candidate} as c semi join ${temporary.repeated} using (${listed(key)})`;
  if (keys <= together) {
    const greatest = `select max_by(c.rowid, ${rank(work, 'c')}) from ${some} group by ${listed(key, 'c')}`;
    return `select c.rowid from ${some} where c.rowid not in (${greatest})`;
  }
  const place = `row_number() over (partition by ${listed(key, 'c')} order by ${greatestFirst(work, 'c')})`;
  return `select row_at from (select c.rowid as row_at, ${place} as place from ${some}) where place > 1`;
}

/** Leaves one valid row of each key in the candidate, and says how many went; an invalid row is never a duplicate. */
export async function removeDuplicates(work: Work, repeated: number): Promise<number> {
  const { latest, session } = work;
  if (repeated === 0) return 0;
  const keys = await session.make(temporary.repeated, repeatedKeys(work));
  if (latest.length === 0) throw await keysRepeated(work, keys);
  const lost = await session.run(`delete from ${temporary.candidate} where rowid in (${lostSql(work, keys)})`);
  return lost.rowsChanged;
}

/** Where another definition has written the target its keys may be there more than once: a merge could not say which row a new one takes the place of. */
export async function refuseRepeatedBefore(work: Work): Promise<void> {
  const { key, session, target, name } = work;
  const count = await session.make(
    temporary.repeated,
    `select ${listed(key)} from ${target} group by all having count(*) > 1`,
  );
  if (count === 0) return;
  const error = await keysRepeated(work, count);
  throw new EsteiraError('KEYS_REPEATED', {
    ...error.details,
    what: `${count} key${count === 1 ? ' is' : 's are'} more than once in ${name}, which was written in another way before and is to be merged now.`,
    next: `Build it again from the start: \`esteira reprocess ${work.write.target.schema}.${work.write.target.table}\`.`,
  });
}

async function keysRepeated(work: Work, count: number): Promise<EsteiraError> {
  const { key, session, name } = work;
  const some = await session.rows(
    `select cast(to_json(r) as varchar) as row from (from ${temporary.repeated} order by all limit 3) as r`,
  );
  return new EsteiraError('KEYS_REPEATED', {
    what: `${count} key${count === 1 ? ' has' : 's have'} more than one valid row, and nothing says which wins.`,
    where: name,
    got: some.map(({ row }) => String(row)).join('\n'),
    allowed: `one row for each ${key.join(', ')}`,
    next: 'Say which row stays: `duplicates: keepLatest(...)`.',
  });
}
