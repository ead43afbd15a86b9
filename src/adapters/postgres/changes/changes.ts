import type pg from 'pg';
import { EsteiraError } from '../../../errors.ts';
import type { CapturedTable, ChangeFigures, Changes, ChangeTaker, Prepared } from '../../../ports/index.ts';
import { addressOf } from '../address.ts';
import { connect, cut } from '../client.ts';
import { type CatalogueType, catalogueQuery, type PostgresType, saidAs, sayAs, typesOf } from '../values.ts';
import { aboutTables, fieldsOf, identityOf, Shape } from './decoder.ts';
import { changesLost, faultOf } from './faults.ts';
import { lsnOf, lsnText } from './lsn.ts';
import type { LoggedColumn } from './messages.ts';
import { oneMoment } from './moment.ts';
import { refusalsOf } from './refusals.ts';
import { openReplication, type Replication } from './replication.ts';
import { findSlot, lossOf, makeSlot, publish } from './slot.ts';
import { CopyRows, copyOut } from './snapshot.ts';
import { least, Stream } from './stream.ts';
import { type Ask, type FoundTable, findTables } from './tables.ts';
import { literal, quoted } from './words.ts';

interface Options {
  readonly url: string;
  /** Of the slot and of the publication. */
  readonly name: string;
  readonly tables: readonly CapturedTable[];
  readonly trace: (point: string) => void | Promise<void>;
}

/** The changes of tables of one Postgres database, by logical replication. */
export function openChanges(options: Options): Changes {
  return new PostgresChanges(options);
}

/** Rows of a snapshot, between two words of how far it is. */
const toldEvery = 1_000_000;

class PostgresChanges implements Changes {
  readonly #options: Options;
  readonly describe: string;
  #client: Promise<pg.Client> | undefined;
  /** Before each identity: of what log the places are. */
  #prefix = '';
  #tables: readonly FoundTable[] = [];

  constructor(options: Options) {
    this.#options = options;
    this.describe = addressOf(options.url);
  }

  get name(): string {
    return this.#options.name;
  }

  readonly #ask: Ask = async (text, values = []) => {
    const client = await this.#connected();
    return (await client.query(text, [...values])).rows;
  };

  async #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    try {
      return await this.#client;
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
  }
  async #connect(): Promise<pg.Client> {
    const client = await connect({ url: this.#options.url, where: this.describe });
    // Whoever asks next gets another.
    client.on('error', () => {
      this.#client = undefined;
    });
    client.on('end', () => {
      this.#client = undefined;
    });
    return client;
  }

  /** Whatever goes wrong is said as a fault of this database. */
  async #named<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw faultOf(error, { url: this.#options.url, where: this.describe, name: this.name });
    }
  }

  prepare(landed: Parameters<Changes['prepare']>[0], { anew }: { readonly anew: boolean }): Promise<Prepared> {
    return this.#named(async () => {
      const { name, tables } = this.#options;
      const looked = { ask: this.#ask, name, where: this.describe };
      this.#tables = await findTables(this.#ask, tables);
      const refusals = await refusalsOf(this.#tables, looked);
      if (refusals.length > 0) throw this.#refused(refusals);
      const { system, now, database } = await this.#identify();
      const positions = [...landed.values()];
      const slot = await findSlot(this.#ask, name);
      if (slot && (slot.plugin !== 'pgoutput' || slot.database !== database)) throw this.#notOurs(slot);
      const loss = anew ? undefined : lossOf(slot, positions, { system, now, name });
      if (loss) throw changesLost(loss, this.describe);
      const made = [...(await publish(this.#tables, looked))];
      if (slot && anew) await this.#dropSlot();
      if (!slot || anew) {
        await makeSlot(looked);
        made.push(`slot ${name}`);
      }
      return { system, now, made };
    });
  }

  async #identify(): Promise<{ readonly system: string; readonly now: bigint; readonly database: string }> {
    const replication = await openReplication(this.#options.url);
    try {
      const [row] = await replication.ask('IDENTIFY_SYSTEM');
      const { systemid, timeline, dbname } = row ?? {};
      // Another history of the same server may come to the same places.
      this.#prefix = timeline === '1' || Number(timeline) === 1 ? '' : `${timeline}-`;
      const [at] = await this.#ask('select pg_current_wal_flush_lsn()::text as now');
      const system = `${systemid}/${timeline}/${dbname}`;
      return { system, now: lsnOf(String(at?.['now'])), database: String(dbname) };
    } finally {
      replication.stop();
    }
  }

  readonly #refused = (refusals: Awaited<ReturnType<typeof refusalsOf>>): EsteiraError =>
    new EsteiraError('REPLICATION_REFUSED', {
      what: 'The database does not let Esteira follow its changes.',
      where: this.describe,
      got: refusals.map(({ what }) => what).join('; '),
      next: `${refusals.map(({ next }) => next).join(' ')} Then sync again.`,
    });

  readonly #notOurs = ({ plugin, database }: { readonly plugin: string; readonly database: string }): EsteiraError =>
    new EsteiraError('REPLICATION_REFUSED', {
      what: `The server has another slot called ${this.name}.`,
      where: this.describe,
      got: `plugin ${plugin}, database ${database}`,
      next: 'Have it dropped, where nobody needs it, or give the job another name, and sync again.',
    });

  snapshot(...[steps, taker, options]: Parameters<Changes['snapshot']>): Promise<void> {
    return this.#named(async () => {
      const { signal } = options;
      const replication = await openReplication(this.#options.url);
      const reading = await connect({ url: this.#options.url, where: this.describe }, signal).catch(
        (error: unknown) => {
          replication.stop();
          throw error;
        },
      );
      const stop = (): void => {
        replication.stop();
        cut(reading);
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        const wanted = this.#tables.filter(({ captured }) => steps.includes(captured.step));
        const position = await oneMoment(wanted, { replication, reading });
        const [clock] = (
          await reading.query('select (extract(epoch from clock_timestamp()) * 1000000)::int8::text as now')
        ).rows;
        const now = BigInt(clock.now);
        const synced = now > options.clock ? now : options.clock + 1n;
        const shapes: Shape[] = [];
        let rows = 0;
        for (const found of wanted) {
          const copied = await this.#copy(found, { reading, position, synced, taker, onRead: options.onRead });
          shapes.push(copied.shape);
          rows += copied.count;
        }
        await reading.query('commit');
        await this.#options.trace('snapshot');
        // All of them at once: nobody sees tables of two moments.
        await taker.land({
          ...{ position, of: steps, rows, ...aboutTables(shapes) },
          others: { identity: `${identityOf(this.#prefix, position, '.')(0)}gone`, synced, lsn: position },
        });
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        throw error;
      } finally {
        signal.removeEventListener('abort', stop);
        replication.stop();
        await reading.end().catch(() => {});
      }
    });
  }

  async #copy(
    found: FoundTable,
    {
      reading,
      position,
      synced,
      taker,
      onRead,
    }: {
      readonly reading: pg.Client;
      readonly position: bigint;
      readonly synced: bigint;
      readonly taker: ChangeTaker;
      onRead(place: string, rows: number): void;
    },
  ): Promise<{ readonly shape: Shape; readonly count: number }> {
    const { schema, name } = found;
    // What is generated is not in the log either.
    const { rows: columns } = await reading.query(
      `select attname as name, atttypid::int8::float8 as oid, atttypmod as modifier from pg_catalog.pg_attribute
        where attrelid = $1::oid and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
      [found.id],
    );
    const types = await this.#types(columns as readonly LoggedColumn[]);
    const shape = new Shape(found, fieldsOf(columns as readonly LoggedColumn[], types.map(saidAs)));
    const identity = identityOf(this.#prefix, position, '.');
    const list = columns.map((column, index) => {
      const said = sayAs(types[index] as PostgresType);
      return `${quoted(String(column.name))}${said ? `::${said}` : ''}`;
    });
    let count = 0;
    const rows = new CopyRows(columns.length, (bytes, places) => {
      if (shape.rows.isFull) shape.flush(taker);
      count += 1;
      if (count % toldEvery === 0) onRead(found.captured.place, count);
      const of = { lsn: position, committed: undefined, synced };
      shape.add(bytes, places, { ...of, operation: 'snapshot', identity: identity(count) });
    });
    const sql = `copy (select ${list.join(', ')} from ${quoted(schema)}.${quoted(name)}) to stdout (format binary)`;
    await copyOut(reading, sql, (bytes) => rows.add(bytes));
    shape.flush(taker);
    return { shape, count };
  }

  #types(columns: readonly LoggedColumn[]): Promise<readonly PostgresType[]> {
    const asked = async (oids: readonly number[]): Promise<readonly CatalogueType[]> =>
      (await this.#ask(catalogueQuery, [oids])) as unknown as readonly CatalogueType[];
    return typesOf(asked, columns);
  }

  follow(...[following, taker, signal]: Parameters<Changes['follow']>): Promise<void> {
    return this.#named(async () => {
      signal.throwIfAborted();
      const replication: Replication = await openReplication(this.#options.url);
      const stop = (): void => replication.stop();
      signal.addEventListener('abort', stop, { once: true });
      const from = lsnText(least(following.landed));
      const stream = new Stream({
        ...{ replication, taker, following, prefix: this.#prefix, trace: this.#options.trace },
        tables: new Map(this.#tables.map((table) => [table.id, table])),
        ask: this.#ask,
        lookUp: async (relation) => {
          const before = this.#tables.find(({ id }) => id === relation.id) as FoundTable;
          // The key may be another since; where the table is gone already, it is as it was.
          const [found = before] = await findTables(this.#ask, [before.captured]).catch(() => [before]);
          return { found, types: await this.#types(relation.columns) };
        },
      });
      try {
        await stream.follow(
          `START_REPLICATION SLOT ${quoted(this.name)} LOGICAL ${from} (proto_version '1', publication_names ${literal(quoted(this.name))}, binary 'true')`,
        );
      } finally {
        signal.removeEventListener('abort', stop);
        replication.stop();
      }
    });
  }

  refusals(): ReturnType<Changes['refusals']> {
    return this.#named(async () => {
      const tables = await findTables(this.#ask, this.#options.tables);
      return refusalsOf(tables, { ask: this.#ask, name: this.name });
    });
  }

  figures(): Promise<ChangeFigures | undefined> {
    return this.#named(async () => {
      const slot = await findSlot(this.#ask, this.name);
      if (!slot) return undefined;
      const [at] = await this.#ask('select pg_current_wal_flush_lsn()::text as now');
      const now = lsnOf(String(at?.['now']));
      const since = (place: bigint): number => Math.max(0, Number(now - place));
      return {
        written: now,
        retainedBytes: since(slot.restart ?? now),
        ...(slot.left === undefined ? {} : { leftBytes: slot.left }),
        isFollowed: slot.activePid !== undefined,
        isLost: slot.isLost,
      };
    });
  }

  drop(): Promise<boolean> {
    return this.#named(async () => {
      const slot = await findSlot(this.#ask, this.name);
      if (slot) await this.#dropSlot();
      await this.#ask(`drop publication if exists ${quoted(this.name)}`);
      return slot !== undefined;
    });
  }
  async #dropSlot(): Promise<void> {
    await this.#ask('select pg_drop_replication_slot($1)', [this.name]);
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    this.#client = undefined;
    await client?.end().catch(() => {});
  }
}
