import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { canBeFilled, fill } from './fill.ts';
import { contentAfter, newer } from './identity.ts';
import { companion, insertSql, isDeleted, same, sameKey, temporary, valid, type Work } from './work.ts';
import { cellsOf, only, type Written } from './written.ts';

const { identifier } = dialect;

/** The valid rows of the candidate, with what becomes of each, and the rows that it takes the place of. */
function fateSql(work: Work): string {
  const { key, latest, names, deleted, write } = work;
  const gone = isDeleted(deleted, 'c');
  const others = names.filter((name) => !latest.includes(name));
  const ordered = latest.length > 0;
  const remembers = deleted !== undefined && ordered;
  // The same source row again: what it says now counts. Of two rows that only hash alike the greatest content stays, whichever came first.
  const again = write.carried || write.reread ? `not (${same(names, 'c', 't')})` : contentAfter(work, 'c', 't');
  const laterRow = ordered
    ? `when t.rowid is not null and not ${newer(work, 'c', 't', `(${gone} or ${again})`)} then 'stale'`
    : '';
  const laterDelete = remembers
    ? `when d.rowid is not null and not ${newer(work, 'c', 'd', 'false')} then 'stale'`
    : '';
  const nothing = ordered ? 'deleted' : 'unchanged';
  return `select c.*, t.rowid as esteira_old, ${remembers ? 'd.rowid' : 'null'} as esteira_deleted, case
      ${laterDelete} ${laterRow}
      when ${gone} then case when t.rowid is null then '${nothing}' else 'deleted' end
      when t.rowid is null then 'inserted'
      when ${same(ordered ? others : names, 'c', 't')} then 'unchanged'
      else 'updated' end as esteira_fate
    from ${temporary.candidate} as c left join ${work.target} as t on ${sameKey(key, 'c', 't')}
    ${remembers ? `left join ${companion(write.target)} as d on ${sameKey(key, 'c', 'd')}` : ''}
    where ${valid}`;
}

/** Merges the valid rows by key. A row is written when it comes after what is there; a delete is remembered, so that an older row does not undo it. */
export async function merge(work: Work, sequence: bigint, rows: number): Promise<Written> {
  const { session, latest, deleted, target } = work;
  const remembered = deleted !== undefined && latest.length ? companion(work.write.target) : undefined;
  if (await canBeFilled(work, rows, target, ...(remembered ? [remembered] : []))) {
    const inserted = await fill(work, cellsOf(work, 'c', sequence), rows);
    if (remembered) await remember(work, sequence, temporary.candidate, isDeleted(deleted, 'c'));
    const others = rows - inserted;
    return only({ inserted, [remembered ? 'deleted' : 'unchanged']: others, wrote: true });
  }
  await session.make(temporary.fate, fateSql(work));
  const counts = await session.rows(`select esteira_fate as fate, count(*) as n from ${temporary.fate} group by 1`);
  const count = (fate: string): number => Number(counts.find((row) => row.fate === fate)?.n ?? 0);
  // Content that came again is written only for its newer place in the order.
  const rewritten = latest.length ? ['inserted', 'updated', 'unchanged'] : ['inserted', 'updated'];
  const leaves = [...rewritten, 'deleted'];
  const wrote = leaves.some((fate) => count(fate) > 0);
  if (wrote) {
    const given = (fates: readonly string[]): string => `c.esteira_fate in ${dialect.literal(fates)}`;
    const gone = (column: string): string =>
      `rowid in (select ${column} from ${temporary.fate} as c where ${column} is not null and ${given(leaves)})`;
    const cells = cellsOf(work, 'c', sequence);
    const scan = `select ${Object.values(cells).join(', ')} from ${temporary.fate} as c where ${given(rewritten)}`;
    await session.run(`delete from ${target} where ${gone('esteira_old')};
      ${insertSql(target, Object.keys(cells).map(identifier), scan)}`);
    if (remembered) {
      await session.run(`delete from ${remembered} where ${gone('esteira_deleted')}`);
      await remember(work, sequence, temporary.fate, given(['deleted']));
    }
  }
  const [inserted, updated, left] = [count('inserted'), count('updated'), count('deleted')];
  return { inserted, updated, deleted: left, unchanged: count('unchanged'), stale: count('stale'), wrote };
}

/** Keeps the key and the order of deletes. */
async function remember(work: Work, sequence: bigint, table: string, where: string): Promise<void> {
  const { [hidden.row]: row, [hidden.run]: run, [hidden.sequence]: counted, ...own } = cellsOf(work, 'c', sequence);
  const parts = Object.entries(own).filter(([name]) => work.key.includes(name) || work.latest.includes(name));
  const cells = { ...Object.fromEntries(parts), [hidden.row]: row, [hidden.run]: run, [hidden.sequence]: counted };
  const scan = `select ${Object.values(cells).join(', ')} from ${table} as c where ${where}`;
  await work.session.run(insertSql(companion(work.write.target), Object.keys(cells).map(identifier), scan));
}
