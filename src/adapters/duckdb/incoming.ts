export { between, Filler } from './incoming/fill.ts';

import type { Columns } from '../../columns/index.ts';
import type { Bad, Difference, Incoming, IncomingInput } from '../../ports/index.ts';
import { chunkRows, hidden } from '../../ports/index.ts';
import { dialect, storedType } from './dialect.ts';
import { fewest, noneOfKind } from './files/types.ts';
import { between, Filler } from './incoming/fill.ts';
import type { Session } from './session.ts';

const { identifier } = dialect;

/** The temporary table that is beneath the view of that name. */
const tableOf = (relation: string): string => `${relation}#incoming`;
const unread = identifier('#unread');

export interface Arrived {
  readonly rows: number;
  readonly differences: readonly Difference[];
  readonly bad: readonly Bad[];
}

/** Reads what comes into a temporary view: the columns, `_original`, `_unread` and `_rid`. It goes with the session. */
export async function stageIncoming(session: Session, input: IncomingInput): Promise<Arrived> {
  const { relation, columns } = input;
  const table = tableOf(relation);
  const stored = Object.entries(columns).map(([name, { facts }]) => `${identifier(name)} ${storedType(facts)}`);
  const besides = [hidden.row, hidden.original, '#unread'].map((name) => `${identifier(name)} varchar`);
  session.views.add(relation);
  session.made.add(table);
  const names = Object.keys(columns).map(identifier).join(', ');
  await session.run(`create or replace temp table ${identifier(table)} (${[...stored, ...besides].join(', ')});
    create or replace temp view ${identifier(relation)} as select ${names}, ${hidden.original},
      string_split(${unread}, chr(${between.charCodeAt(0)})) as ${hidden.unread}, ${hidden.row} from ${identifier(table)}`);
  session.throwIfCancelled();
  const incoming = await input.open(session.signal);
  try {
    const { breach, differences, place } = incoming;
    if (breach !== undefined) return { rows: 0, differences, bad: [{ path: place, why: breach, breaks: true }] };
    const rows = await append(session, { table, incoming, input });
    if (incoming.repeats) await numberEquals(session, table);
    return { rows, differences: [...differences, ...(await noneRead(session, table, { columns, place }))], bad: [] };
  } catch (error) {
    // What was stopped looks like a connection that was lost.
    session.throwIfCancelled();
    throw error;
  } finally {
    await incoming.close();
  }
}

async function append(
  session: Session,
  of: { readonly table: string; readonly incoming: Incoming; readonly input: IncomingInput },
): Promise<number> {
  const filler = new Filler(of.input.columns);
  const appender = await session.connection.createAppender(of.table, 'main', 'temp');
  let rows = 0;
  try {
    for await (const chunk of of.incoming.chunks) {
      session.throwIfCancelled();
      appender.appendDataChunk(filler.filled(chunk));
      rows += chunk.count;
      // What waits in the appender is in memory.
      if (rows % flushed < chunkRows) appender.flushSync();
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
  return rows;
}
/** Rows: a row group of the engine's. */
const flushed = 122_880;

/** Columns of which there are values, and not one could be read. */
async function noneRead(
  session: Session,
  table: string,
  { columns, place }: { readonly columns: Columns; readonly place: string },
): Promise<readonly Difference[]> {
  const from = identifier(table);
  const found =
    await session.rows(`select name, count(*) as n, min(coalesce(json_extract(original, '$.' || to_json(name)), original)) as such from (
      select unnest(string_split(${unread}, chr(${between.charCodeAt(0)}))) as name, ${hidden.original} as original from ${from} where ${unread} is not null) group by all order by all`);
  const many = found.filter(({ n, name }) => Number(n) >= fewest && String(name) in columns);
  const differences: Difference[] = [];
  for (const { name, n, such } of many) {
    const column = String(name);
    const { kind } = (columns[column] as Columns[string]).facts;
    if (
      (await session.number(
        `select count(*) from (select 1 from ${from} where ${identifier(column)} is not null limit 1)`,
      )) === 0
    )
      differences.push(noneOfKind({ column, path: place, kind, count: Number(n), such: String(such) }));
  }
  return differences;
}

/** Rows with one identity say the same: the second is `#2`. */
async function numberEquals(session: Session, table: string): Promise<void> {
  const [place, row] = [identifier(table), hidden.row];
  await session.run(`update ${place} as t set ${row} = t.${row} || '#' || n.number from (
      select rowid as row_at, row_number() over (partition by ${row} order by rowid) as number from ${place}
      where ${row} in (select ${row} from ${place} group by all having count(*) > 1)) as n
    where t.rowid = n.row_at and n.number > 1`);
}
