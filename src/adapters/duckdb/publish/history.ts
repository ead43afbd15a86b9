import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import { canBeFilled, swap } from './fill.ts';
import { contentAfter } from './identity.ts';
import { insertSql, isDeleted, judged, listed, same, temporary, type Work } from './work.ts';
import { type Cells, cellsOf, only, type Written } from './written.ts';

const { identifier, literal } = dialect;

/** Notes the keys of rows that are about to leave a history: their versions are made again. */
export async function noteKeys(work: Work, which: string): Promise<void> {
  await work.session.run(noteSql(work, `select distinct ${listed(work.key)} from ${work.held} where ${which}`));
}

function noteSql({ session }: Work, keys: string): string {
  if (session.made.has(temporary.touched)) return `insert into ${temporary.touched} ${keys}`;
  session.made.add(temporary.touched);
  return `create temp table ${temporary.touched} as ${keys}`;
}

/** Rows of the candidate, with what becomes of each, and the row of the same identity that it takes the place of. */
function fateSql(work: Work): string {
  const { write, given, names, held, deleted } = work;
  const [comes, stands] = [isDeleted(deleted, 'c'), isDeleted(deleted, 't')];
  // Of two rows that only hash alike a delete stays, then the greatest content, whichever came first; the same source row again says what counts now.
  const again =
    given || !write.fresh
      ? `not (${same(names, 'c', 't')})`
      : `(${comes} > ${stands} or (${comes} = ${stands} and ${contentAfter(work, 'c', 't')}))`;
  return `select c.*, t.rowid as esteira_old, case
      when t.rowid is not null then case when ${again} then 'updated' else 'stale' end
      when ${comes} then 'deleted' else 'inserted' end as esteira_fate
    from ${temporary.candidate} as c left join ${held} as t on t.${judged.row} = c.${judged.row}`;
}

/** Keeps every row, and makes anew the versions of the keys that have a new one, or have lost one. */
export async function keepVersions(work: Work, sequence: bigint, rows: number): Promise<Written> {
  const { session, key, held, target } = work;
  if (await canBeFilled(work, rows, held, target)) return await fillVersions(work, sequence);
  session.made.add(temporary.fate);
  const counts = await session.rows(`create or replace temp table ${temporary.fate} as ${fateSql(work)};
    select esteira_fate as fate, count(*) as rows from ${temporary.fate} group by 1`);
  const count = (fate: string): number => Number(counts.find((row) => row.fate === fate)?.rows ?? 0);
  const [inserted, updated, deleted, stale] = ['inserted', 'updated', 'deleted', 'stale'].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const isNew = inserted + updated + deleted > 0;
  if (!isNew && !session.made.has(temporary.touched)) return only({ stale });
  const list: string[] = [];
  if (isNew) {
    const cells = cellsOf(work, 'c', sequence);
    const came = `from ${temporary.fate} as c where c.esteira_fate <> 'stale'`;
    list.push(noteSql(work, `select distinct ${listed(key, 'c')} ${came}`));
    if (updated > 0) {
      const replaced = `rowid in (select esteira_old from ${temporary.fate} where esteira_fate = 'updated')`;
      list.push(noteSql(work, `select distinct ${listed(key)} from ${held} where ${replaced}`));
      list.push(`delete from ${held} where ${replaced}`);
    }
    list.push(insertSql(held, Object.keys(cells).map(identifier), `select ${Object.values(cells).join(', ')} ${came}`));
  }
  session.made.add(temporary.versions);
  list.push(`create temp table ${temporary.versions} as ${versionsSql(work)}`);
  // By place: what stays as it is is not written.
  list.push(`delete from ${target} where rowid in (select t.rowid from ${target} as t semi join ${temporary.touched} using (${listed(key)}))
    and rowid not in (select esteira_old from ${temporary.versions} where esteira_stays)`);
  const cells = versionCells(work, sequence);
  const scan = `select ${Object.values(cells).join(', ')} from ${temporary.versions} as c where not c.esteira_stays`;
  list.push(insertSql(target, Object.keys(cells).map(identifier), scan));
  await session.run(list.join(';\n'));
  return { inserted, updated, deleted, unchanged: 0, stale, wrote: true };
}

/** Nothing was there: what the candidate has is all there is, and many rows go into new tables. */
async function fillVersions(work: Work, sequence: bigint): Promise<Written> {
  const from = `from ${temporary.candidate} as c`;
  const inserted = await swap(work, work.heldPlace, { cells: cellsOf(work, 'c', sequence), from });
  const { run, sequence: counted } = hidden;
  const cells = {
    ...versionCells(work, sequence),
    [run]: literal(work.write.batch.runSeq),
    [counted]: literal(sequence),
  };
  await swap(work, work.write.target, {
    cells,
    from: `from (${versionsOf(work, temporary.candidate)}) as c where not c.esteira_gone`,
  });
  const deleted = await work.session.number(`select count(*) ${from} where ${isDeleted(work.deleted, 'c')}`);
  return only({ inserted: inserted - deleted, deleted, wrote: true });
}

const versionNames = ({ write }: Work): readonly string[] => Object.values(write.mode.versions ?? {});

/** The run that brought the row stands by it, whichever run has found out until when it was true. */
const versionCells = (work: Work, sequence: bigint): Cells => ({
  ...cellsOf(work, 'c', sequence),
  ...Object.fromEntries([...versionNames(work), hidden.run].map((name) => [name, `c.${identifier(name)}`])),
  [hidden.sequence]: literal(sequence),
});

/**
 * The versions that rows give: of one time the row of the greatest identity; of those that say the same one after another the first; each until the
 * next. A delete is among them, as where one ends.
 */
function versionsOf({ write, key, names, latest, deleted }: Work, rows: string): string {
  const { from, until } = write.mode.versions as { readonly from: string; readonly until: string };
  const at = latest.map(identifier).join(', ');
  const says = names.filter((name) => ![...key, ...latest, deleted].includes(name));
  const said =
    says.length > 0 ? `{${says.map((name) => `${literal(name)}: r.${identifier(name)}`).join(', ')}}` : 'true';
  const gone = isDeleted(deleted, 'r');
  const life = `over (partition by ${listed(key)} order by ${at})`;
  return `select * exclude (esteira_says, esteira_first), ${at} as ${identifier(from)}, lead(${at}) ${life} as ${identifier(until)}
    from (select *, esteira_says is distinct from lag(esteira_says) ${life} as esteira_first
      from (select r.*, ${gone} as esteira_gone, {'gone': ${gone}, 'said': case when not ${gone} then ${said} end} as esteira_says
        from ${rows} as r
        qualify row_number() over (partition by ${listed([...key, ...latest], 'r')} order by r.${judged.row} desc) = 1))
    where esteira_first`;
}

/** The versions of the touched keys, made of all their rows, and beside each the target's row of the same identity. */
function versionsSql(work: Work): string {
  const { names, held, target } = work;
  const touched = (place: string, more = ''): string =>
    `(select ${more} r.* from ${place} as r semi join ${temporary.touched} using (${listed(work.key)}))`;
  const all = [...versionNames(work), ...names];
  return `select v.*, t.row_at as esteira_old, t.row_at is not null and ${same(all, 'v', 't')} as esteira_stays
    from (${versionsOf(work, touched(held))}) as v
    left join ${touched(target, 'r.rowid as row_at,')} as t on t.${judged.row} = v.${judged.row}
    where not v.esteira_gone`;
}
