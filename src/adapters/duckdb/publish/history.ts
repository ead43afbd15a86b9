import { hidden } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
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
export async function keepVersions(work: Work, sequence: bigint): Promise<Written> {
  const { session, key, held, target } = work;
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

const versionNames = ({ write }: Work): readonly string[] => Object.values(write.mode.versions ?? {});

/** The run that brought the row stands by it, whichever run has found out until when it was true. */
const versionCells = (work: Work, sequence: bigint): Cells => ({
  ...cellsOf(work, 'c', sequence),
  ...Object.fromEntries([...versionNames(work), hidden.run].map((name) => [name, `c.${identifier(name)}`])),
  [hidden.sequence]: literal(sequence),
});

/**
 * The versions of the touched keys, made of all their rows: of one time the row of the greatest identity; of those that say the same one after another the
 * first; each until the next, and none for a delete. Beside each the target's row of the same identity.
 */
function versionsSql(work: Work): string {
  const { write, key, names, latest, deleted, held, target } = work;
  const { from, until } = write.mode.versions as { readonly from: string; readonly until: string };
  const at = latest.map(identifier).join(', ');
  const says = names.filter((name) => ![...key, ...latest, deleted].includes(name));
  const said =
    says.length > 0 ? `{${says.map((name) => `${literal(name)}: r.${identifier(name)}`).join(', ')}}` : 'true';
  const gone = isDeleted(deleted, 'r');
  const keys = listed(key);
  const both = (name: string): string => `v.${identifier(name)} is not distinct from t.${identifier(name)}`;
  return `select v.*, t.row_at as esteira_old, t.row_at is not null and ${[from, until, ...names].map(both).join(' and ')} as esteira_stays
    from (select ${listed(names)}, ${judged.row}, ${hidden.run}, esteira_gone, ${at} as ${identifier(from)},
        lead(${at}) over (partition by ${keys} order by ${at}) as ${identifier(until)}
      from (select *, esteira_says is distinct from lag(esteira_says) over (partition by ${keys} order by ${at}) as esteira_first
        from (select r.*, ${gone} as esteira_gone, {'gone': ${gone}, 'said': case when not ${gone} then ${said} end} as esteira_says
          from ${held} as r semi join ${temporary.touched} using (${keys})
          qualify row_number() over (partition by ${listed([...key, ...latest], 'r')} order by r.${judged.row} desc) = 1))
      where esteira_first) as v
    left join (select r.rowid as row_at, r.* from ${target} as r semi join ${temporary.touched} using (${keys})) as t
      on t.${judged.row} = v.${judged.row}
    where not v.esteira_gone`;
}
