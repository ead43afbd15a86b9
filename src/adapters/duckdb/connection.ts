import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { EsteiraError } from '../../errors.ts';
import type { ExistingTable, Watermark } from '../../ports/index.ts';
import { dialect } from './dialect.ts';
import { engineError } from './errors.ts';
import { Gate } from './gate.ts';
import { Session } from './session.ts';
import { bringUp } from './version.ts';

export interface DuckdbOptions {
  /** Where the catalogs' files are; `:memory:` keeps them in memory, for tests of pipelines. */
  readonly folder: string;
  /** Before each file's name, so that environments do not share a file. */
  readonly prefix?: string;
  /** As DuckDB says it ('8GB'); by default 40 % of the memory that the process may use. */
  readonly memoryLimit?: string;
  /** By default one while the files are small, then as many as the processor has. */
  readonly threads?: number;
  readonly temporaryFolder?: string;
  readonly temporaryLimit?: string;
  /** Nothing is written, not even what a killed process has left to be done. */
  readonly readOnly?: boolean;
  /** Every catalog of the project. */
  readonly catalogs: readonly string[];
  /** Called at named points of each publication, so that tests can end the process there. */
  readonly trace?: (point: string) => void | Promise<void>;
}

export const watermarkKey = (catalog: string, target: string, source: string): string =>
  JSON.stringify([catalog, target, source]);

/** What a watermark says, to be compared. */
export const markText = ({ upper, generation = '' }: Watermark): string => `${upper} ${generation}`;

export const memory = ':memory:';
/** Files that this process has open: a second instance on one of them would lose rows without an error. */
const held = new Set<string>();

/** Whatever links lead to it, one file is one. */
const realPath = (file: string): string =>
  existsSync(file) ? realpathSync(file) : path.join(realpathSync(path.dirname(file)), path.basename(file));

function memoryByDefault(): string {
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 && allowed < os.totalmem() ? allowed : os.totalmem();
  return `${Math.floor((bytes * 0.4) / 2 ** 20)}MiB`;
}

const temporaryFolderOf = ({ folder, prefix = '', temporaryFolder }: DuckdbOptions): string =>
  temporaryFolder ?? (folder === memory ? '' : path.join(folder, `${prefix}temporary`));

function settingsOf(options: DuckdbOptions, memoryLimit: string): Record<string, string> {
  return {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    memory_limit: memoryLimit,
    // Publications rely on it: see `insertSql`.
    preserve_insertion_order: 'true',
    temp_directory: temporaryFolderOf(options),
    threads: `${options.threads ?? 1}`,
  };
}

/** Bytes from which on several threads are worth it: with less they spend more on waking each other than they save. */
const worthThreads = 32 * 2 ** 20;

/** A file that no other program holds, and that is no catalog. */
function notAttached(error: EsteiraError, catalog: string): EsteiraError {
  if (error.code !== 'ENGINE_FAILED') return error;
  const what = `The file of the catalog ${catalog} cannot be used.`;
  const next = 'Look at what it is and whose: bring it back from a copy, or move it away and build it anew.';
  return new EsteiraError('FILE_UNUSABLE', { ...error.details, what, next }, { cause: error });
}

/** The one instance of a warehouse: its attached files, and connections that carry out one statement at a time each. */
export class Engine {
  readonly options: DuckdbOptions;
  readonly #instance: DuckDBInstance;
  readonly #idle: DuckDBConnection[] = [];
  readonly #lent = new Set<Promise<unknown>>();
  readonly #attached = new Map<string, Promise<void>>();
  readonly #setUp = new Set<string>();
  readonly #files: string[] = [];
  #cleared = false;
  #oneThread: boolean;

  readonly memoryLimit: string;
  /** Through which all commits go. */
  readonly gate = new Gate();
  /** Catalogs as they were found; set-up forgets them. */
  readonly inspected = new Map<string, Promise<readonly ExistingTable[]>>();
  /** Watermarks as this process last saw or left them, by `watermarkKey`: one that does not move is not written again. */
  readonly watermarks = new Map<string, string>();

  private constructor(options: DuckdbOptions, instance: DuckDBInstance, memoryLimit: string) {
    this.options = options;
    this.memoryLimit = memoryLimit;
    this.#instance = instance;
    this.#oneThread = options.threads === undefined;
  }

  static async open(options: DuckdbOptions): Promise<Engine> {
    const memoryLimit = options.memoryLimit ?? memoryByDefault();
    const instance = await DuckDBInstance.create(memory, settingsOf(options, memoryLimit));
    const engine = new Engine(options, instance, memoryLimit);
    // Given to `create` it is shown, but not held to.
    const { temporaryLimit } = options;
    if (temporaryLimit) {
      const limit = `set max_temp_directory_size = ${dialect.literal(temporaryLimit)}`;
      await engine.use((session) => session.run(limit));
    }
    // With a connection at hand each begins at once, also where this thread is then busy with something else.
    engine.#idle.push(await engine.#connect());
    // Begun before anybody asks: meanwhile definitions are loaded. One that fails is tried again when it is asked for.
    for (const catalog of options.catalogs) if (engine.#isThere(catalog)) engine.attach(catalog).catch(() => {});
    return engine;
  }

  /** Lends a connection for as long as the work takes. */
  async use<Result>(work: (session: Session) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const connection = this.#idle.pop() ?? (await this.#connect());
    const session = new Session(connection, this.gate, signal);
    const lent = this.#lend(session, work);
    this.#lent.add(lent);
    try {
      return await lent;
    } finally {
      this.#lent.delete(lent);
    }
  }

  async #lend<Result>(session: Session, work: (session: Session) => Promise<Result>): Promise<Result> {
    try {
      return await work(session);
    } finally {
      await session.tidy();
      if (session.broken) session.connection.closeSync();
      else this.#idle.push(session.connection);
    }
  }

  async #connect(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect();
    // A guess that few rows are looked up for has the engine compare each with all: hours where sorting takes a second.
    await connection.run(`set TimeZone = 'UTC'; set asof_loop_join_threshold = 0`);
    return connection;
  }

  /** Has all threads work from the first time on that there is enough for them, in the attached files or in `bytes` beside. */
  async prepare(bytes: number): Promise<void> {
    if (!this.#oneThread) return;
    const sizes = this.#files.map((file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    if (Math.max(bytes, ...sizes) < worthThreads) return;
    this.#oneThread = false;
    await this.use((session) => session.run('reset threads'));
  }

  fileOf(catalog: string): string {
    if (this.options.folder === memory) return memory;
    return path.join(this.options.folder, `${this.options.prefix ?? ''}${catalog}.duckdb`);
  }

  /** Whether the catalog can be read; attaches it when its file is there. */
  async has(catalog: string): Promise<boolean> {
    if (!this.#attached.has(catalog) && !this.#isThere(catalog)) return false;
    await this.attach(catalog);
    return true;
  }

  #isThere(catalog: string): boolean {
    const file = this.fileOf(catalog);
    return file !== memory && existsSync(file);
  }

  /** Whether the catalog has Esteira's own tables: a file may be there without them, when its first set-up failed. */
  async isSetUp(catalog: string): Promise<boolean> {
    if (this.#setUp.has(catalog)) return true;
    if (!(await this.has(catalog))) return false;
    const sql = `select 1 from duckdb_schemas() where database_name = ${dialect.literal(catalog)} and schema_name = '_esteira'`;
    const found = await this.use((session) => session.rows(sql));
    if (found.length) this.#setUp.add(catalog);
    return found.length > 0;
  }

  /** Every catalog that is there, so that a query may read any. */
  async attachAll(): Promise<readonly string[]> {
    const there: string[] = [];
    for (const catalog of this.options.catalogs) if (await this.has(catalog)) there.push(catalog);
    return there;
  }

  /** Attaches a catalog, and creates its file where it is missing. */
  attach(catalog: string): Promise<void> {
    const known = this.#attached.get(catalog);
    if (known) return known;
    const attaching = this.#attach(catalog);
    this.#attached.set(catalog, attaching);
    attaching.catch(() => this.#attached.delete(catalog));
    return attaching;
  }

  async #attach(catalog: string): Promise<void> {
    const file = this.fileOf(catalog);
    if (file !== memory) this.#hold(catalog, file);
    let attached = false;
    try {
      const how = this.options.readOnly ? ' (read_only)' : '';
      const attach = `attach ${dialect.literal(file)} as ${dialect.identifier(catalog)}${how}`;
      await this.#whileHeld(() => this.use((session) => session.run(attach)));
      attached = true;
      await this.use((session) => bringUp(session, catalog, { file, readOnly: this.options.readOnly === true }));
    } catch (error) {
      // One that cannot be detached stays held: nobody may open it a second time.
      if (attached) await this.use((session) => session.run(`detach ${dialect.identifier(catalog)}`));
      this.#release(file);
      throw notAttached(engineError(error, { where: file }), catalog);
    }
    if (file !== memory && !this.options.readOnly) this.#clearSpills();
  }

  /** The lock of a process that was just killed may outlive it for a moment. */
  async #whileHeld(attach: () => Promise<unknown>): Promise<void> {
    for (let left = 10; ; left--) {
      try {
        await attach();
        return;
      } catch (error) {
        if (left === 0 || !/Could not set lock/.test(String(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** What a killed process had put on the disk for want of memory; the files are ours now, so nobody else uses it. */
  #clearSpills(): void {
    const folder = temporaryFolderOf(this.options);
    if (this.#cleared || !existsSync(folder)) return;
    this.#cleared = true;
    const started = Date.now() - performance.now();
    for (const name of readdirSync(folder).filter((one) => one.startsWith('duckdb_temp'))) {
      const spill = path.join(folder, name);
      if (statSync(spill).mtimeMs < started) rmSync(spill, { force: true });
    }
  }

  #hold(catalog: string, file: string): void {
    if (!this.options.readOnly) mkdirSync(this.options.folder, { recursive: true });
    const real = realPath(file);
    if (held.has(real)) {
      throw new EsteiraError('FILE_HELD', {
        what: `The file of the catalog ${catalog} is open already in this process.`,
        where: file,
        next: 'Close the warehouse that has it before opening another.',
      });
    }
    held.add(real);
    this.#files.push(real);
  }

  #release(file: string): void {
    const at = file === memory ? -1 : this.#files.indexOf(realPath(file));
    for (const real of at < 0 ? [] : this.#files.splice(at, 1)) held.delete(real);
  }

  /**
   * Lets go of the files. The instance lives on as long as a result that was not read to its end, such as that of a query of which only the first rows
   * were wanted, and with it the file's lock; whoever opened the file again in this process would have a second instance on it.
   */
  async #detach(): Promise<void> {
    for (const catalog of this.#attached.keys()) {
      const detach = `detach database if exists ${dialect.identifier(catalog)}`;
      // One that cannot be detached is closed with the instance, as ever.
      await this.use((session) => session.run(detach)).catch(() => {});
    }
  }

  /** Waits for what goes on: to close under a statement ends the process. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#attached.values());
    while (this.#lent.size > 0) await Promise.allSettled(this.#lent);
    await this.#detach();
    for (const connection of this.#idle.splice(0)) connection.closeSync();
    this.#instance.closeSync();
    for (const real of this.#files.splice(0)) held.delete(real);
  }
}
