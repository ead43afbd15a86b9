import type { DuckDBConnection, DuckDBMaterializedResult, DuckDBValue } from '@duckdb/node-api';
import { cancelled } from '../../ports/index.ts';
import { dialect } from './dialect.ts';
import type { Gate } from './gate.ts';

export type Row = Readonly<Record<string, DuckDBValue>>;

/** One connection on loan: one statement, or list of statements, at a time. */
export class Session {
  readonly connection: DuckDBConnection;
  /** The connection cannot be lent again. */
  broken = false;
  /** Temporary tables to be dropped. */
  readonly made = new Set<string>();
  /** Temporary views to be dropped. */
  readonly views = new Set<string>();
  readonly #gate: Gate;
  #signal: AbortSignal | undefined;

  constructor(connection: DuckDBConnection, gate: Gate, signal?: AbortSignal) {
    this.connection = connection;
    this.#gate = gate;
    this.#signal = signal;
  }

  /** From here on the signal is not heard: what follows is a commit, or a way back. */
  deafen(): void {
    this.#signal = undefined;
  }

  /** For what goes on outside of the engine meanwhile. */
  get signal(): AbortSignal | undefined {
    return this.#signal;
  }

  throwIfCancelled(): void {
    if (this.#signal?.aborted) throw cancelled(this.#signal.reason);
  }

  /** Carries out a list of statements up to the first that fails, and gives the result of the last. */
  run(sql: string): Promise<DuckDBMaterializedResult> {
    return this.interruptible(() => this.connection.run(sql));
  }

  /** Work on the connection that the signal ends. */
  async interruptible<Result>(work: () => Promise<Result>): Promise<Result> {
    const signal = this.#signal;
    if (!signal) return await work();
    this.throwIfCancelled();
    // A statement forgets an interrupt that came before it began, so it is said again until the work has ended.
    let again: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.connection.interrupt();
      again ??= setInterval(() => this.connection.interrupt(), 20);
    };
    signal.addEventListener('abort', interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      throw signal.aborted ? cancelled(signal.reason) : error;
    } finally {
      clearInterval(again);
      signal.removeEventListener('abort', interrupt);
    }
  }

  /** Few rows: they are taken at once, not asked for piece by piece. */
  async rows(sql: string): Promise<readonly Row[]> {
    const result = await this.run(sql);
    const names = result.columnNames();
    const rows: Row[] = [];
    for (let chunk = 0; chunk < result.chunkCount; chunk++) rows.push(...result.getChunk(chunk).getRowObjects(names));
    return rows;
  }

  /** Makes a temporary table of a query, and says how many rows it has; `tidy` drops it. */
  async make(table: string, query: string): Promise<number> {
    const result = await this.run(`create or replace temp table ${table} as ${query}`);
    this.made.add(table);
    return Number(result.getChunk(0).getColumnVector(0).getItem(0));
  }

  /** What drops the tables that were made. A transaction that carries it out clears `made` when it is committed. */
  drops(): readonly string[] {
    return [
      ...[...this.views].map((view) => `drop view if exists temp.main.${dialect.identifier(view)}`),
      ...[...this.made].map((table) => `drop table if exists temp.main.${dialect.identifier(table)}`),
    ];
  }

  /** Drops what was made, so that the next to borrow the connection finds it empty. */
  async tidy(): Promise<void> {
    const drops = this.drops();
    if (drops.length === 0) return;
    this.deafen();
    this.views.clear();
    this.made.clear();
    try {
      await this.run(drops.join(';\n'));
    } catch {
      this.broken = true;
    }
  }

  /** The one whole number of a query; null counts as none. */
  async bigint(sql: string): Promise<bigint> {
    const [row] = await this.rows(sql);
    return BigInt((Object.values(row ?? {})[0] ?? 0) as bigint | number);
  }
  async number(sql: string): Promise<number> {
    return Number(await this.bigint(sql));
  }

  /** All of it or nothing: after any error the transaction is rolled back, never committed. The work is given the rows of the first statement. */
  async transaction<Result>(work: (rows: readonly Row[]) => Promise<Result>, first?: string): Promise<Result> {
    try {
      const result = await work(await this.rows(['begin transaction', ...(first ? [first] : [])].join(';\n')));
      this.deafen();
      await this.commit();
      return result;
    } catch (error) {
      await this.rollBack();
      throw error;
    }
  }

  /** Nothing else makes a transaction's work lasting. */
  async commit(): Promise<void> {
    await this.#gate.pass(() => this.run('commit'));
  }

  async rollBack(): Promise<void> {
    this.deafen();
    try {
      await this.run('rollback');
    } catch (error) {
      // After a failed commit there is no transaction left, which is as good; anything else leaves the connection unknown.
      if (!/no transaction is active/i.test(String(error))) this.broken = true;
    }
  }
}
