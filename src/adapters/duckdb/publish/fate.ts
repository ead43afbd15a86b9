import { contentAfter, newer, rank } from './identity.ts';
import { isDeleted, listed, same, sameKey, temporary, valid, type Work } from './work.ts';

/** Rows of the candidate, with what becomes of each, and the rows that it takes the place of. */
function fateSql(work: Work, whole: boolean): string {
  const { key, latest, names, deleted, remembered, write } = work;
  const gone = isDeleted(deleted, 'c');
  const others = names.filter((name) => !latest.includes(name));
  const ordered = latest.length > 0;
  // The same source row again: what it says now counts. Of two rows that only hash alike the greatest content stays, whichever came first.
  const again = write.carried || write.reread ? `not (${same(names, 'c', 't')})` : contentAfter(work, 'c', 't');
  const laterRow = ordered
    ? `when t.rowid is not null and not ${newer(work, 'c', 't', `(${gone} or ${again})`)} then 'stale'`
    : '';
  const laterDelete = remembered
    ? `when d.rowid is not null and not ${newer(work, 'c', 'd', 'false')} then 'stale'`
    : '';
  const nothing = ordered ? 'deleted' : 'unchanged';
  const winners = `select max_by(o.rowid, ${rank(work, 'o')}) from ${temporary.candidate} as o
      where ${valid} group by ${listed(key, 'o')}`;
  return `select c.*, t.rowid as esteira_old, ${remembered ? 'd.rowid' : 'null'} as esteira_deleted, case
      ${whole ? `when not (${valid}) then 'invalid' when c.rowid not in (${winners}) then 'duplicate'` : ''}
      ${laterDelete} ${laterRow}
      when ${gone} then case when t.rowid is null then '${nothing}' else 'deleted' end
      when t.rowid is null then 'inserted'
      when ${same(ordered ? others : names, 'c', 't')} then 'unchanged'
      else 'updated' end as esteira_fate
    from ${temporary.candidate} as c left join ${work.target} as t on ${sameKey(key, 'c', 't')}
    ${remembered ? `left join ${remembered} as d on ${sameKey(key, 'c', 'd')}` : ''}`;
}

type Fate = 'invalid' | 'duplicate' | 'stale' | 'inserted' | 'updated' | 'deleted' | 'unchanged';
/** How many rows have a fate; of these, how many take the place of a row of the table, or of a delete that is remembered. */
export type Fates = (fate: Fate, of?: 'rows' | 'old' | 'remembered') => number;

async function decide(work: Work, whole: boolean): Promise<Fates> {
  const { session } = work;
  await session.make(temporary.fate, fateSql(work, whole));
  const counts = await session.rows(
    `select esteira_fate as fate, count(*) as rows, count(esteira_old) as old, count(esteira_deleted) as remembered
      from ${temporary.fate} group by 1`,
  );
  return (fate, of = 'rows') => Number(counts.find((row) => row.fate === fate)?.[of] ?? 0);
}

/** Decides what becomes of the candidate's rows, all of them valid and no two of one key. */
export const decideFates = (work: Work): Promise<Fates> => decide(work, false);

/** Up to so many rows it is cheaper to order all of them than to look first which have to be. */
const few = 10_000;

/** Where the candidate of a merge has few rows: what becomes of each, the invalid ones and duplicates among them. */
export const foreseeFates = async (work: Work, rows: number): Promise<Fates | undefined> =>
  work.write.mode.mode === 'merge' && rows <= few ? await decide(work, true) : undefined;
