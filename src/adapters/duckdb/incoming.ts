export { between, Filler } from './incoming/fill.ts';

import type { Bad, Difference, Incoming, IncomingInput } from '../../ports/index.ts';
import { chunkRows, hidden } from '../../ports/index.ts';
import { dialect, storedType } from './dialect.ts';
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
    return { rows, differences, bad: [] };
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

/** Rows with one identity say the same: the second is `#2`. */
async function numberEquals(session: Session, table: string): Promise<void> {
  const [place, row] = [identifier(table), hidden.row];
  await session.run(`update ${place} as t set ${row} = t.${row} || '#' || n.number from (
      select rowid as row_at, row_number() over (partition by ${row} order by rowid) as number from ${place}
      where ${row} in (select ${row} from ${place} group by all having count(*) > 1)) as n
    where t.rowid = n.row_at and n.number > 1`);
}
