import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { decideFates, type Fates } from './fate.ts';
import { canBeFilled, fill } from './fill.ts';
import { insertSql, isDeleted, temporary, type Work } from './work.ts';
import { cellsOf, only, type Written } from './written.ts';

const { identifier } = dialect;

/** Merges the valid rows by key. A row is written when it comes after what is there; a delete is remembered, so that an older row does not undo it. */
export async function merge(work: Work, sequence: bigint, rows: number, foreseen?: Fates): Promise<Written> {
  const { session, latest, deleted, remembered, target } = work;
  if (await canBeFilled(work, rows, target, ...(remembered ? [remembered] : []))) {
    const inserted = await fill(work, cellsOf(work, 'c', sequence), rows);
    if (remembered) await session.run(rememberSql(work, sequence, temporary.candidate, isDeleted(deleted, 'c')));
    const others = rows - inserted;
    return only({ inserted, [remembered ? 'deleted' : 'unchanged']: others, wrote: true });
  }
  // DuckDB's own MERGE lets one of two equal keys win silently, and says less of what became of each row: the fates are decided in one query, and
  // only what they ask for is carried out.
  const count = foreseen ?? (await decideFates(work));
  // Content that came again is written only for its newer place in the order.
  const rewritten = latest.length
    ? (['inserted', 'updated', 'unchanged'] as const)
    : (['inserted', 'updated'] as const);
  const leaves = [...rewritten, 'deleted'] as const;
  const some = (of: 'rows' | 'old' | 'remembered'): boolean => leaves.some((fate) => count(fate, of) > 0);
  const given = (fates: readonly string[]): string => `c.esteira_fate in ${dialect.literal(fates)}`;
  // By place, not by key: the rows were found once already.
  const gone = (column: string): string =>
    `rowid in (select ${column} from ${temporary.fate} as c where ${column} is not null and ${given(leaves)})`;
  const list: string[] = [];
  if (some('old')) list.push(`delete from ${target} where ${gone('esteira_old')}`);
  if (rewritten.some((fate) => count(fate) > 0)) {
    const cells = cellsOf(work, 'c', sequence);
    const scan = `select ${Object.values(cells).join(', ')} from ${temporary.fate} as c where ${given(rewritten)}`;
    list.push(insertSql(target, Object.keys(cells).map(identifier), scan));
  }
  if (remembered && some('remembered')) list.push(`delete from ${remembered} where ${gone('esteira_deleted')}`);
  if (remembered && count('deleted')) list.push(rememberSql(work, sequence, temporary.fate, given(['deleted'])));
  if (list.length > 0) await session.run(list.join(';\n'));
  const [inserted, updated, left] = [count('inserted'), count('updated'), count('deleted')];
  return {
    inserted,
    updated,
    deleted: left,
    unchanged: count('unchanged'),
    stale: count('stale'),
    wrote: some('rows'),
  };
}

/** Keeps the key and the order of deletes. */
function rememberSql(work: Work, sequence: bigint, table: string, where: string): string {
  const { [hidden.row]: row, [hidden.run]: run, [hidden.sequence]: counted, ...own } = cellsOf(work, 'c', sequence);
  const parts = Object.entries(own).filter(([name]) => work.key.includes(name) || work.latest.includes(name));
  const cells = { ...Object.fromEntries(parts), [hidden.row]: row, [hidden.run]: run, [hidden.sequence]: counted };
  const scan = `select ${Object.values(cells).join(', ')} from ${table} as c where ${where}`;
  return insertSql(work.remembered ?? '', Object.keys(cells).map(identifier), scan);
}
