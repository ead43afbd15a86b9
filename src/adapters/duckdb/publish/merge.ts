import { contentAfter, newer } from './identity.ts';
import { companion, isDeleted, listed, same, sameKey, temporary, valid, type Work } from './work.ts';
import { hiddenColumns, type Written } from './write.ts';

/** What becomes of each valid row of the candidate; beside it the rows that it takes the place of. */
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
  return `select c.rowid as row_at, t.rowid as old_at, ${remembers ? 'd.rowid' : 'null'} as deleted_at, case
      ${laterDelete} ${laterRow}
      when ${gone} then case when t.rowid is null then '${nothing}' else 'deleted' end
      when t.rowid is null then 'inserted'
      when ${same(ordered ? others : names, 'c', 't')} then 'unchanged'
      else 'updated' end as fate
    from ${temporary.candidate} as c left join ${work.target} as t on ${sameKey(key, 'c', 't')}
    ${remembers ? `left join ${companion(write.target)} as d on ${sameKey(key, 'c', 'd')}` : ''}
    where ${valid}`;
}

/** Merges the valid rows by key. A row is written when it comes after what is there; a delete is remembered, so that an older row does not undo it. */
export async function merge(work: Work, sequence: bigint): Promise<Written> {
  const { session, latest, deleted, target, key, names } = work;
  await session.make(temporary.fate, fateSql(work));
  const counts = await session.rows(`select fate, count(*) as n from ${temporary.fate} group by fate`);
  const count = (fate: string): number => Number(counts.find((row) => row.fate === fate)?.n ?? 0);
  // Content that came again is written only for its newer place in the order.
  const rewritten = latest.length ? ['inserted', 'updated', 'unchanged'] : ['inserted', 'updated'];
  const leaves = [...rewritten, 'deleted'];
  const fates = (of: readonly string[]): string => of.map((fate) => `'${fate}'`).join(', ');
  const account = {
    inserted: count('inserted'),
    updated: count('updated'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
    stale: count('stale'),
  };
  if (leaves.every((fate) => count(fate) === 0)) return { ...account, wrote: false };
  const { spelled, values } = hiddenColumns(work, 'c', sequence);
  const chosen = `${temporary.candidate} as c join ${temporary.fate} as f on c.rowid = f.row_at`;
  const list = [
    `delete from ${target} where rowid in (select old_at from ${temporary.fate} where old_at is not null and fate in (${fates(leaves)}))`,
    `insert into ${target} (${listed(names)}, ${spelled})
      select ${listed(names, 'c')}, ${values} from ${chosen} where f.fate in (${fates(rewritten)})`,
  ];
  if (deleted !== undefined && latest.length) {
    const remembered = companion(work.write.target);
    const parts = [...new Set([...key, ...latest])];
    list.push(
      `delete from ${remembered} where rowid in (select deleted_at from ${temporary.fate} where deleted_at is not null and fate in (${fates(leaves)}))`,
      `insert into ${remembered} (${listed(parts)}, ${spelled})
        select ${listed(parts, 'c')}, ${values} from ${chosen} where f.fate = 'deleted'`,
    );
  }
  await session.run(list.join(';\n'));
  return { ...account, wrote: true };
}
