import { dialect } from '../dialect.ts';
import { canBeFilled, fill } from './fill.ts';
import { numberEquals } from './identity.ts';
import { insertSql, judged, listed, temporary, type Work } from './work.ts';
import { type Cells, only, type Written } from './written.ts';

const { identifier } = dialect;

/** The values of the column that are replaced: those of the candidate's rows, and those that are known beforehand. */
export async function findParts({ session, write }: Work, each: string): Promise<void> {
  const column = identifier(each);
  const known = write.parts === undefined ? '' : ` union all ${write.parts}`;
  const values = `select ${column} from ${temporary.candidate}${known}`;
  await session.make(temporary.touched, `select distinct ${column} from (${values}) where ${column} is not null`);
}

/**
 * Replaces each of these values whole, if anything of it has changed: of one that has, every row is written anew, so that whoever reads what is new sees
 * that it is another.
 */
export async function replaceParts(work: Work, cells: Cells, rows: number): Promise<Written> {
  const { session, target, write, names, key } = work;
  const column = identifier(write.mode.each ?? '');
  // Two valid rows that are alike in every way are two rows.
  if (key.length === 0) await numberEquals(work, temporary.candidate);
  if (await canBeFilled(work, rows, target)) return only({ inserted: await fill(work, cells, rows), wrote: true });
  const row = `${listed(names)}, ${judged.row}`;
  const [now, before] = [
    `select ${row} from ${temporary.candidate}`,
    `select ${row} from ${target} where ${column} in (from ${temporary.touched})`,
  ];
  const changed = await session.make(
    temporary.changed,
    `select distinct ${column} from ((${now} except all ${before}) union all (${before} except all ${now}))`,
  );
  if (changed === 0) return only({ unchanged: rows });
  const inside = `${column} in (from ${temporary.changed})`;
  const scan = `select ${Object.values(cells).join(', ')} from ${temporary.candidate} as c`;
  const inserted = await session.run(`delete from ${target} where ${inside};
    delete from ${temporary.candidate} where not (${inside});
    ${insertSql(target, Object.keys(cells).map(identifier), scan)}`);
  return only({ inserted: inserted.rowsChanged, unchanged: rows - inserted.rowsChanged, wrote: true });
}
