import { dialect } from '../dialect.ts';
import { contentAfter, newer } from './identity.ts';
import { companion, insertSql, isDeleted, listed, same, sameKey, temporary, valid, type Work } from './work.ts';
import { hiddenColumns, type Written } from './write.ts';

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
export async function merge(work: Work, sequence: bigint): Promise<Written> {
  const { session, latest, deleted, target, key, names } = work;
  await session.make(temporary.fate, fateSql(work));
  const counts = await session.rows(`select esteira_fate as fate, count(*) as n from ${temporary.fate} group by 1`);
  const count = (fate: string): number => Number(counts.find((row) => row.fate === fate)?.n ?? 0);
  // Content that came again is written only for its newer place in the order.
  const rewritten = latest.length ? ['inserted', 'updated', 'unchanged'] : ['inserted', 'updated'];
  const leaves = [...rewritten, 'deleted'];
  const account = {
    inserted: count('inserted'),
    updated: count('updated'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
    stale: count('stale'),
  };
  if (leaves.every((fate) => count(fate) === 0)) return { ...account, wrote: false };
  const { spelled, values } = hiddenColumns(work, 'f', sequence);
  const given = (fates: readonly string[]): string => `esteira_fate in ${dialect.literal(fates)}`;
  const gone = (column: string): string =>
    `rowid in (select ${column} from ${temporary.fate} where ${column} is not null and ${given(leaves)})`;
  const chosen = (columns: readonly string[], fates: readonly string[]): string =>
    `select ${listed(columns, 'f')}, ${values} from ${temporary.fate} as f where ${given(fates)}`;
  const list = [
    `delete from ${target} where ${gone('esteira_old')}`,
    insertSql(target, [...names.map(identifier), ...spelled], chosen(names, rewritten)),
  ];
  if (deleted !== undefined && latest.length) {
    const remembered = companion(work.write.target);
    const parts = [...new Set([...key, ...latest])];
    list.push(
      `delete from ${remembered} where ${gone('esteira_deleted')}`,
      insertSql(remembered, [...parts.map(identifier), ...spelled], chosen(parts, ['deleted'])),
    );
  }
  await session.run(list.join(';\n'));
  return { ...account, wrote: true };
}
