import type pg from 'pg';
import { type Columns, type Compared, compareNames } from '../../columns/index.ts';
import { EsteiraError } from '../../errors.ts';
import {
  differencesOf,
  type FoundThere,
  type Incoming,
  type SourceTable,
  type SourceTables,
  type TableAsked,
  type TableReach,
  type TableSnapshot,
} from '../../ports/index.ts';
import { addressOf } from './address.ts';
import { type Described, type DescribedColumn, describe, placeIn } from './catalogue.ts';
import { asked as askedOf, connect, cut, type Source, sourceFault } from './client.ts';
import { Copy } from './copy.ts';
import { identifyBy } from './identity.ts';
import { conditionSql, cursorOf, type Moment, placeSql, reachOf, reachSql } from './piece.ts';
import { quoted } from './statements.ts';
import { Rows } from './values/rows.ts';
import { saidAs, sayAs } from './values/types.ts';

/** A connection with a transaction that sees one moment. */
interface Server {
  readonly client: pg.Client;
  readonly source: Source;
  readonly moment: Moment;
  /** Its clock, in milliseconds. */
  readonly ahead: number;
  /** Its texts may be of any bytes. */
  readonly isAscii: boolean;
}

/** Asked before the snapshot is taken: what is open now may end before, and would not be seen. */
const momentQuery = `select (extract(epoch from clock_timestamp()) * 1000000)::int8::text as now, current_setting('server_encoding') as encoding,
  (select (extract(epoch from min(xact_start)) * 1000000)::int8::text from pg_catalog.pg_stat_activity
    where backend_xid is not null and datname = current_database() and pid <> pg_backend_pid() and backend_type <> 'autovacuum worker') as open`;

async function begin(source: Source, signal?: AbortSignal): Promise<Server> {
  const client = await connect(source, signal);
  return await askedOf(client, source, signal, async () => {
    const { rows } = await client.query<{ now: string; encoding: string; open: string | null }>(momentQuery);
    const { now = '0', encoding, open = null } = rows[0] ?? {};
    const ahead = Number(now) / 1000 - Date.now();
    const isAscii = encoding === 'SQL_ASCII';
    // Else the server would refuse to send what it does not know to be UTF-8.
    if (isAscii) await client.query("set client_encoding = 'SQL_ASCII'");
    await client.query('begin isolation level repeatable read read only');
    const moment = { now: BigInt(now), open: open === null ? undefined : BigInt(open) };
    return { client, source, moment, ahead, isAscii };
  });
}

/** Tables of Postgres servers; `url` gives the address that a reader's option means. */
export const postgresTables = (url: (of: string) => string): Omit<SourceTables, 'has'> => ({
  begin: () => new Snapshot(url),
  async look(table, asked, signal) {
    const snapshot = new Snapshot(url);
    try {
      return await snapshot.look(table, asked, signal);
    } finally {
      await snapshot.close();
    }
  },
});

class Snapshot implements TableSnapshot {
  readonly #url: (of: string) => string;
  readonly #servers = new Map<string, Promise<Server>>();
  readonly #described = new Map<string, Promise<Described>>();

  constructor(url: (of: string) => string) {
    this.#url = url;
  }

  async reach(table: SourceTable, signal?: AbortSignal): Promise<TableReach> {
    const { server, described } = await this.#of(table, signal);
    const cursor = cursorOf(table, described);
    if (!cursor) throw new TypeError('a table without a cursor is read whole');
    return await askedOf(server.client, server.source, signal, async () => {
      const { rows } = await server.client.query<{ reach: string | null }>(reachSql(described, cursor, server.moment));
      return reachOf(rows[0]?.reach ?? null, cursor, server.moment);
    });
  }

  async open(table: SourceTable, asked: TableAsked, signal?: AbortSignal): Promise<Incoming> {
    const { server, described } = await this.#of(table, signal);
    const place = `${described.schema}.${described.name}`;
    const looked = look(described, asked);
    const nothing = { place, repeats: false, chunks: none(), close: async () => {} };
    const differences = differencesOf(looked.compared, { path: place, extra: asked.extra });
    if (looked.compared.breach) return { ...nothing, differences: [], breach: `it has ${looked.compared.breach}` };
    const cursor = cursorOf(table, described);
    const chosen = chosenOf(described, looked.compared, { asked, cursor: cursor?.name });
    refuseUnreadable(chosen, described, server.source);
    const fields = chosen.map(({ name, type }) => ({ name, type: saidAs(type) }));
    const rows = new Rows({
      columns: asked.columns,
      fields,
      ...(asked.extra ? { extra: asked.extra } : {}),
      isAscii: server.isAscii,
    });
    const [never] = rows.never;
    if (never) {
      const { kind } = (asked.columns[never.column] as Columns[string]).facts;
      return {
        ...nothing,
        differences: [],
        breach: `its column ${never.called} is ${never.type}, which is never ${kind}`,
      };
    }
    const { identify, repeats } = identifyBy({ described, fields, identity: asked.identity, cursor: cursor?.name });
    const { where } = table;
    const called = (name: string) => described.columns.find((one) => one.name === looked.compared.called.get(name));
    const condition = conditionSql(
      described,
      { ...asked, piece: asked.piece?.get('') },
      { cursor, moment: server.moment, called, where },
    );
    const list = chosen.map(({ name, type }) => `${quoted(name)}${sayAs(type) ? `::${sayAs(type)}` : ''}`);
    const select = `select ${list.join(', ')} from ${placeSql(described)}${condition ? ` where ${condition}` : ''}`;
    const text = `copy (${select}) to stdout (format binary)`;
    const copy = new Copy({ text, fields: fields.length, rows, identify });
    return { place, differences, repeats, ...copied(copy, server, signal) };
  }

  async look(table: SourceTable, asked: Omit<TableAsked, 'identity'>, signal?: AbortSignal): Promise<FoundThere> {
    const { described, server } = await this.#of(table, signal);
    const incoming = await this.open(table, { ...asked, identity: 'row' }, signal);
    if (incoming.breach)
      throw new EsteiraError('SOURCE_DRIFTED', {
        what: `The table ${incoming.place} breaks the contract of its source.`,
        where: table.where,
        got: incoming.breach,
        next: 'Mend the table, or the columns of the source.',
      });
    const about = described.rows === undefined ? '' : `, about ${described.rows} rows`;
    return { found: `table ${incoming.place} of ${addressOf(server.source.url)}${about}`, ahead: server.ahead };
  }

  async #of(
    table: SourceTable,
    signal?: AbortSignal,
  ): Promise<{ readonly server: Server; readonly described: Described }> {
    const { url = '', name = '' } = table.options;
    const source = { url: this.#url(url), where: table.where };
    const beginning = this.#servers.get(source.url) ?? begin(source, signal);
    this.#servers.set(source.url, beginning);
    beginning.catch(() => this.#servers.delete(source.url));
    const server = { ...(await beginning), source };
    const id = JSON.stringify([source.url, name]);
    const describing = this.#described.get(id) ?? described(server, name, signal);
    this.#described.set(id, describing);
    return { server, described: await describing };
  }

  async close(): Promise<void> {
    const servers = await Promise.allSettled(this.#servers.values());
    this.#servers.clear();
    for (const one of servers) if (one.status === 'fulfilled') await end(one.value.client);
  }
}

/** A server that has gone away has ended by itself. */
const end = (client: pg.Client): Promise<void> => client.end().catch(() => cut(client));

async function described(server: Server, called: string, signal?: AbortSignal): Promise<Described> {
  const found = await askedOf(server.client, server.source, signal, () => describe(server.client, called));
  if (found) return found;
  const { schema, name } = placeIn(called);
  throw new EsteiraError('SOURCE_UNUSABLE', {
    what: `The database of the source has no table ${schema}.${name}.`,
    where: server.source.where,
    got: addressOf(server.source.url),
    next: "Name it 'schema.table', as the catalogue spells it; a name without a schema is of the schema public.",
  });
}

async function* none(): AsyncGenerator<never> {}

const look = (described: Described, { columns, extra, refusesNew }: Omit<TableAsked, 'identity'>) => {
  const declared = Object.fromEntries(Object.entries(columns).filter(([name]) => name !== extra));
  const names = described.columns.map(({ name }) => name);
  return { compared: compareNames(declared, names, refusesNew) };
};

/** What is declared, what says which row it is, and all else where that is kept. */
function chosenOf(
  { columns, key }: Described,
  { called }: Compared,
  { asked, cursor }: { readonly asked: TableAsked; readonly cursor: string | undefined },
): readonly DescribedColumn[] {
  const declared = new Set([...called.values(), ...(cursor === undefined ? [] : [cursor])]);
  // A key of which a part may not be read says nothing.
  const hasKey = key.every((name) => columns.find((one) => one.name === name)?.readable);
  if (hasKey) for (const name of key) declared.add(name);
  return columns.filter(({ name }) => asked.extra !== undefined || declared.has(name));
}

function refuseUnreadable(
  chosen: readonly DescribedColumn[],
  { schema, name }: Described,
  { url, where }: Source,
): void {
  const unreadable = chosen.filter(({ readable }) => !readable).map((column) => column.name);
  if (unreadable.length === 0) return;
  const isWhole = unreadable.length === chosen.length;
  throw new EsteiraError('SOURCE_REFUSED', {
    what: `The user of the source may not read ${isWhole ? '' : `${unreadable.join(', ')} of `}${schema}.${name}.`,
    where,
    got: addressOf(url),
    next: `Have an owner of the table say: grant usage on schema ${schema}; grant select on ${schema}.${name}.`,
  });
}

/** Whoever stops in the middle leaves a connection over which nothing more can be asked. */
function copied(copy: Copy, { client, source }: Server, signal?: AbortSignal): Pick<Incoming, 'chunks' | 'close'> {
  let isGoing = false;
  async function* chunks() {
    isGoing = true;
    const stop = (): void => cut(client);
    signal?.addEventListener('abort', stop, { once: true });
    try {
      client.query(copy);
      yield* copy.chunks();
      isGoing = false;
    } catch (error) {
      isGoing = false;
      throw sourceFault(error, source);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }
  return {
    chunks: chunks(),
    close: async () => {
      if (isGoing) cut(client);
    },
  };
}
