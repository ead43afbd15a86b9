import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect } from 'kysely';
import type { ProcessLock } from '../../ports/index.ts';
import type { Engine, Purpose, State, Work } from '../state/engine.ts';
import { pending, readVersion, versionTable } from '../state/migrations.ts';
import type { Tables } from '../state/tables.ts';
import { openDatabase, thinAdapter } from './connection.ts';
import { named } from './faults.ts';
import { takeSqliteLock } from './lock.ts';
import { words } from './words.ts';

/** Brings a state up to this Esteira's tables, or refuses one that a newer Esteira has written. */
export function migrate(database: DatabaseSync, where: string, upTo?: number): void {
  database.exec('begin immediate');
  try {
    database.exec(versionTable(words));
    const version = Number(database.prepare(readVersion).get()?.['number'] ?? 0);
    for (const statements of pending(version, { words, where, ...(upTo === undefined ? {} : { upTo }) }))
      database.exec(statements);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

class SqliteEngine implements Engine {
  readonly describe: string;
  readonly #path: string;
  readonly #file: DatabaseSync;
  readonly #database: Kysely<Tables>;

  constructor(database: DatabaseSync, file: string) {
    this.#path = file;
    this.#file = database;
    this.#database = new Kysely({ dialect: new SqliteDialect({ database: thinAdapter(database, file) }) });
    this.describe = `SQLite ${file}`;
  }

  /** Each is `begin immediate`: whatever its purpose, it is alone. */
  transaction<Result>(purpose: Purpose, work: Work<Result>): Promise<Result> {
    return purpose === 'receipt' ? this.#lightly(work) : this.#database.transaction().execute(work);
  }

  /**
   * The disk is not waited for. The next intention, which is, takes it along; a power cut before that leaves the state as if this had not been said
   * yet.
   */
  #lightly<Result>(work: Work<Result>): Promise<Result> {
    return this.#database.connection().execute(async (alone) => {
      this.#file.exec('pragma synchronous = normal');
      try {
        return await alone.transaction().execute(work);
      } finally {
        this.#file.exec('pragma synchronous = full');
      }
    });
  }

  read<Result>(work: Work<Result>): Promise<Result> {
    return work(this.#database);
  }

  /** Over a connection of its own, which sees the log of writes as it was. */
  async snapshot(): Promise<{ readonly state: State; end(): Promise<void> }> {
    const database = new DatabaseSync(this.#path, { readBigInts: true, readOnly: true });
    // The moment is that of the first look.
    database.exec('begin; select number from version');
    const dialect = new SqliteDialect({ database: thinAdapter(database, this.#path) });
    return { state: new Kysely<Tables>({ dialect }), end: async () => database.close() };
  }

  async now(_: State): Promise<Temporal.Instant> {
    return Temporal.Now.instant();
  }

  readonly lock = (): Promise<ProcessLock | undefined> => takeSqliteLock(`${this.#path}-owner`);

  async close(): Promise<void> {
    await this.#database.destroy();
    // Kysely closes only what it has used.
    if (this.#file.isOpen) this.#file.close();
  }
}

/** `upTo` for a state that is filled with rows of before. */
export function openEngine(file: string, upTo?: number): Engine {
  const database = openDatabase(file);
  try {
    migrate(database, file, upTo);
  } catch (error) {
    database.close();
    throw named(error, file);
  }
  return new SqliteEngine(database, file);
}
