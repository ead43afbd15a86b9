import { added, onTheWay } from '../../../ports/index.ts';
import { dialect } from '../dialect.ts';
import type { Session } from '../session.ts';
import type { Waiting } from './land-waiting.ts';
import { sameKey } from './work.ts';

const { identifier, literal } = dialect;
const [kept, moved, order, gone] = [onTheWay.kept, onTheWay.moved, added.synced, added.deleted].map(identifier) as [
  string,
  string,
  string,
  string,
];

/** Whether a row's value of the column is what it was before. */
const keeps = (column: string, alias: string): string =>
  `coalesce(contains(chr(10) || ${alias}.${kept}, chr(10) || ${literal(column)} || chr(10)), false)`;

/**
 * Gives rows the values that were not sent because nothing had touched them: of the newest row of the key before, among those that wait or in the
 * landing. One that is moved to another key has them of the row that this deletes, which stands right before it. What is found nowhere stays in `#kept`.
 */
export async function fillKept(session: Session, waiting: Waiting, key: readonly string[] | undefined): Promise<void> {
  const names = await session.rows(
    `select distinct unnest(string_split(rtrim(${kept}, chr(10)), chr(10))) as name from ${waiting.name} where ${kept} is not null order by 1`,
  );
  if (names.length === 0 || !key) return;
  for (const { name } of names) {
    const column = String(name);
    // As many passes as a row was moved, one after the other.
    for (;;) {
      const filled = await fromWaiting(session, { waiting, key, column });
      if (filled === 0) break;
    }
    await fromLanding(session, { waiting, key, column });
    for (;;) {
      const filled = await fromWaiting(session, { waiting, key, column });
      if (filled === 0) break;
    }
  }
}

interface Filling {
  readonly waiting: Waiting;
  readonly key: readonly string[];
  readonly column: string;
}

/** Rows that lack it, with the key under which they were known before. */
function lacking({ waiting, key, column }: Filling): string {
  const list = key.map((name) => `coalesce(d.${identifier(name)}, r.${identifier(name)}) as ${identifier(name)}`);
  return `(select r.${order}, ${list.join(', ')} from ${waiting.name} as r
    left join ${waiting.name} as d on d.${moved} and d.${order} = r.${order} - interval 1 microsecond
    where ${keeps(column, 'r')})`;
}

const without = (column: string): string =>
  `nullif(replace(chr(10) || ${kept}, chr(10) || ${literal(column)} || chr(10), chr(10))[2:], '')`;

/** What was found, or of an object those of its names that were not sent. */
function foundIn({ waiting, column }: Filling): string {
  if (column !== waiting.table.extra) return 'f.found';
  const names = `string_split(rtrim(t.${identifier(onTheWay.others)}, chr(10)), chr(10))`;
  const pair = `cast(to_json(n) as varchar) || ':' || coalesce(cast(json_extract(f.found, '$.' || cast(to_json(n) as varchar)) as varchar), 'null')`;
  const own = `t.${identifier(column)}`;
  const patch = `'{' || array_to_string(list_transform(${names}, lambda n: ${pair}), ',') || '}'`;
  return `case when f.found is null then ${own} else json_merge_patch(coalesce(${own}, '{}'), ${patch}) end`;
}

/** Takes the value of the row before where that has it; where it has not, it is not looked past. */
async function fromWaiting(session: Session, filling: Filling): Promise<number> {
  const { waiting, key, column } = filling;
  const value = identifier(column);
  const list = key.map(identifier).join(', ');
  // A row that lacks it too is passed over, but for one that was moved to this key: what was before it was another row's.
  const before = `(select ${list}, p.${order}, p.${value}, ${keeps(column, 'p')} as lacks from ${waiting.name} as p
    where not p.${gone} and (not ${keeps(column, 'p')} or exists (
      from ${waiting.name} as d where d.${moved} and d.${order} = p.${order} - interval 1 microsecond)))`;
  const found =
    await session.run(`update ${waiting.name} as t set ${value} = ${foundIn(filling)}, ${kept} = ${without(column)}
    from (select l.${order} as moment, b.${value} as found from ${lacking(filling)} as l
      asof join ${before} as b on ${sameKey(key, 'l', 'b')} and l.${order} > b.${order} where not b.lacks) as f
    where t.${order} = f.moment`);
  return found.rowsChanged;
}

/** Of rows before which none of those that wait has their key. */
async function fromLanding(session: Session, filling: Filling): Promise<void> {
  const { waiting, key, column } = filling;
  const value = identifier(column);
  const target = dialect.place(waiting.table.target);
  const list = key.map(identifier).join(', ');
  // NULL would be passed over by an aggregate, but for one that stands within something.
  const newest = `(select ${list}, max_by({'value': t.${value}, 'read': not coalesce(list_contains(t._unread, ${literal(column)}), false)}, t.${order}) as found
    from ${target} as t semi join ${lacking(filling)} as l on ${sameKey(key, 't', 'l')} group by ${list})`;
  await session.run(`update ${waiting.name} as t set ${value} = ${foundIn(filling)}, ${kept} = ${without(column)}
    from (select l.${order} as moment, n.found.value as found from ${lacking(filling)} as l join ${newest} as n on ${sameKey(key, 'l', 'n')}
      where n.found.read and not exists (from ${waiting.name} as p where not p.${gone} and ${sameKey(key, 'p', 'l')} and p.${order} < l.${order}
        and (not ${keeps(column, 'p')} or exists (
          from ${waiting.name} as d where d.${moved} and d.${order} = p.${order} - interval 1 microsecond)))) as f
    where t.${order} = f.moment`);
}
