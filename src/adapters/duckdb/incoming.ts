export { between, Filler } from './incoming/fill.ts';

import type { Columns } from '../../columns/index.ts';
import type { Bad, Difference, Incoming, IncomingInput } from '../../ports/index.ts';
import { chunkRows, hidden, messageColumns } from '../../ports/index.ts';
import { dialect, storedType } from './dialect.ts';
import { differencesIn, readMessages } from './files/messages.ts';
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
  readonly told: readonly string[];
}

/** Reads what comes into a temporary view: the columns, `_original`, `_unread` and `_rid`. It goes with the session. */
export async function stageIncoming(session: Session, input: IncomingInput): Promise<Arrived> {
  session.throwIfCancelled();
  const incoming = await input.open(session.signal);
  try {
    const staged = await (incoming.messages ? stageMessages : stageColumns)(session, input, incoming);
    return { ...staged, told: incoming.told ?? [] };
  } catch (error) {
    // What was stopped looks like a connection that was lost.
    session.throwIfCancelled();
    throw error;
  } finally {
    await incoming.close();
  }
}

type Staged = Omit<Arrived, 'told'>;
const nothingOf = ({ differences, place }: Incoming, why: string): Staged => ({
  rows: 0,
  differences,
  bad: [{ path: place, why, breaks: true }],
});

async function stageColumns(session: Session, input: IncomingInput, incoming: Incoming): Promise<Staged> {
  const { relation, columns } = input;
  const table = await makeTable(session, relation, columns);
  const names = Object.keys(columns).map(identifier).join(', ');
  await session.run(`create or replace temp view ${identifier(relation)} as select ${names}, ${hidden.original},
      string_split(${unread}, chr(${between.charCodeAt(0)})) as ${hidden.unread}, ${hidden.row} from ${identifier(table)}`);
  const { breach, differences, place } = incoming;
  if (breach !== undefined) return nothingOf(incoming, breach);
  const rows = await append(session, { table, incoming, columns });
  if (incoming.repeats) await numberEquals(session, table);
  return { rows, differences: [...differences, ...(await noneRead(session, relation, { columns, place }))], bad: [] };
}

/** Messages are put away as they are, and read then. */
async function stageMessages(session: Session, input: IncomingInput, incoming: Incoming): Promise<Staged> {
  const { relation, columns, refusesNew } = input;
  const { place, messages = {} } = incoming;
  const table = await makeTable(session, relation, messageColumns);
  const rows = await append(session, { table, incoming, columns: messageColumns });
  const news = await readMessages({ session, input, messages, table });
  if (refusesNew && news.length > 0) {
    const empty = `select * from (from ${identifier(relation)}) where false`;
    await session.run(`create or replace temp table ${identifier(`${relation}#none`)} as ${empty};
      create or replace temp view ${identifier(relation)} as from ${identifier(`${relation}#none`)}`);
    session.made.add(`${relation}#none`);
    return nothingOf(
      incoming,
      `it has ${news.slice(0, 8).join(', ')}, which ${news.length === 1 ? 'is' : 'are'} not declared`,
    );
  }
  const differences = [
    ...(await differencesIn({ session, input }, { news, place, rows })),
    ...(await noneRead(session, relation, { columns, place })),
  ];
  return { rows, differences, bad: [] };
}

async function makeTable(session: Session, relation: string, columns: Columns): Promise<string> {
  const table = tableOf(relation);
  const stored = Object.entries(columns).map(([name, { facts }]) => `${identifier(name)} ${storedType(facts)}`);
  const besides = [hidden.row, hidden.original, '#unread'].map((name) => `${identifier(name)} varchar`);
  session.views.add(relation);
  session.made.add(table);
  await session.run(`create or replace temp table ${identifier(table)} (${[...stored, ...besides].join(', ')})`);
  return table;
}

async function append(
  session: Session,
  of: { readonly table: string; readonly incoming: Incoming; readonly columns: Columns },
): Promise<number> {
  const filler = new Filler(of.columns);
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
  relation: string,
  { columns, place }: { readonly columns: Columns; readonly place: string },
): Promise<readonly Difference[]> {
  const from = identifier(relation);
  const found =
    await session.rows(`select name, count(*) as n, min(coalesce(json_extract(original, '$.' || to_json(name)), original)) as such from (
      select unnest(${hidden.unread}) as name, ${hidden.original} as original from ${from} where ${hidden.unread} is not null) group by all order by all`);
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
