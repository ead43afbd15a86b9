import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import type pg from 'pg';
import type { Clock } from '../../ports/index.ts';
import type { Engine, Purpose, State, Work } from '../state/engine.ts';
import { newest, pending } from '../state/migrations.ts';
import type { Tables } from '../state/tables.ts';
import { addressOf } from './address.ts';
import { openPool, thinPool } from './connection.ts';
import { isLost, isPassing, named } from './faults.ts';
import { migrate, refuseOther, stored } from './migrate.ts';
import { beginning, quoted } from './statements.ts';
import { words } from './words.ts';

interface Options {
  readonly url: string;
  readonly schema: string;
  readonly project?: string;
  readonly patience?: number;
  readonly clock?: Clock;
  /** A state that is filled with rows of before. */
  readonly upTo?: number;
}

/** Between two tries, in milliseconds: each longer than the one before, to this. */
const longestPause = 2_000;

/** A commit was sent, and no answer came. */
class Unsettled<Result> {
  readonly transaction: string;
  readonly result: Result;

  constructor(transaction: string, result: Result) {
    this.transaction = transaction;
    this.result = result;
  }
}

class PostgresEngine implements Engine {
  readonly describe: string;
  readonly #pool: pg.Pool;
  readonly #schema: string;
  readonly #patience: number;
  readonly #clock: Clock | undefined;
  readonly #database: Kysely<Tables>;

  constructor(pool: pg.Pool, where: string, { schema, patience = 20_000, clock }: Options) {
    this.describe = where;
    this.#pool = pool;
    this.#schema = schema;
    this.#patience = patience;
    this.#clock = clock;
    const dialect = new PostgresDialect({ pool: thinPool(pool) });
    this.#database = new Kysely<Tables>({ dialect }).withSchema(schema);
  }

  /** Does it again while what kept it from being done may pass. */
  async repeat<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const until = performance.now() + this.#patience;
    for (let pause = 50; ; pause = Math.min(pause * 2, longestPause)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error) || performance.now() + pause > until) throw named(error, this.describe);
      }
      await sleep(pause);
    }
  }

  async transaction<Result>(purpose: Purpose, work: Work<Result>): Promise<Result> {
    return this.repeat(async () => {
      const done = await this.#database.connection().execute((connection) => this.#attempt(purpose, work, connection));
      if (!(done instanceof Unsettled)) return done;
      if (await this.#isCommitted(done.transaction)) return done.result;
      throw Object.assign(new Error('Connection terminated before the commit'), { code: '08006' });
    });
  }

  async #attempt<Result>(purpose: Purpose, work: Work<Result>, connection: State): Promise<Result | Unsettled<Result>> {
    let begun: { readonly transaction: string; readonly version: bigint } | undefined;
    let result: Result;
    try {
      // It may end in the middle, with the transaction begun: the wait for the lock has a limit.
      const beginningOf = sql.raw<{ transaction: string; version: bigint }>(beginning(this.#schema, purpose));
      [begun] = (await beginningOf.execute(connection)).rows;
      // Another process, of a newer version, may have changed the tables since they were opened.
      pending(Number(begun?.version ?? newest), { words, where: this.describe });
      result = await work(connection);
    } catch (error) {
      if (!isLost(error)) await sql.raw('rollback').execute(connection);
      throw error;
    }
    try {
      await sql.raw('commit').execute(connection);
      return result;
    } catch (error) {
      if (!isLost(error)) throw error;
      return new Unsettled(begun?.transaction ?? '', result);
    }
  }

  /** Asks until the database knows: it may not have seen yet that the connection is gone. */
  #isCommitted(transaction: string): Promise<boolean> {
    return this.repeat(async () => {
      const { rows } = await sql<{
        status: string | null;
      }>`select txid_status(${transaction}::bigint) as status`.execute(this.#database);
      const status = rows[0]?.status;
      if (status === 'committed' || status === 'aborted') return status === 'committed';
      throw Object.assign(new Error(`the transaction is ${status ?? 'forgotten'}`), { code: '08007' });
    });
  }

  read<Result>(work: Work<Result>): Promise<Result> {
    return this.repeat(() => work(this.#database));
  }

  async snapshot(): Promise<{ readonly state: State; end(): Promise<void> }> {
    const begun = Promise.withResolvers<State>();
    const ended = Promise.withResolvers<void>();
    const connected = this.#database.connection().execute(async (connection) => {
      // The moment is that of the first look.
      const first = `begin isolation level repeatable read read only; select number from ${quoted(this.#schema)}.version`;
      await sql.raw(first).execute(connection);
      begun.resolve(connection);
      await ended.promise;
      await sql.raw('rollback').execute(connection);
    });
    connected.catch((error) => begun.reject(named(error, this.describe)));
    const end = async (): Promise<void> => {
      ended.resolve();
      await connected;
    };
    return { state: await begun.promise, end };
  }

  async now(state: State): Promise<Temporal.Instant> {
    if (this.#clock) return this.#clock.now();
    const { rows } = await sql<{
      now: string;
    }>`select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`.execute(state);
    return Temporal.Instant.from(rows[0]?.now ?? '');
  }

  /** Brings the tables up to this Esteira's. */
  async prepare(pool: pg.Pool, project: string | undefined): Promise<void> {
    const where = this.describe;
    const found = await this.repeat(() => stored(pool, this.#schema));
    refuseOther(found?.project, { project, where });
    if (found?.version === newest) return;
    await this.repeat(() => migrate(pool, { schema: this.#schema, where, project }));
  }

  async close(): Promise<void> {
    await this.#database.destroy();
    // Kysely closes only what it has used.
    if (!this.#pool.ending) await this.#pool.end();
  }
}

export async function openEngine(options: Options): Promise<Engine> {
  const where = `Postgres ${addressOf(options.url)}, schema ${options.schema}`;
  const pool = openPool(options.url);
  const engine = new PostgresEngine(pool, where, options);
  try {
    if (options.upTo === undefined) await engine.prepare(pool, options.project);
    return engine;
  } catch (error) {
    await pool.end();
    throw error;
  }
}
