import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import {
  type Target,
  type TargetAsked,
  type TargetBatch,
  TargetFault,
  type TargetResult,
  type Targets,
  type TargetValue,
} from '../../src/ports/index.ts';
import { Weather } from './weather.ts';

const quoted = (name: string): string => `"${name}"`;
/** How a value is kept: booleans are numbers there. */
const kept = (value: TargetValue | undefined): SQLInputValue =>
  typeof value === 'boolean' ? Number(value) : (value ?? null);

/** What a request is to do there, without the kinds of its columns. */
export type Write = Pick<TargetAsked, 'key' | 'way' | 'changedOnly'> & { readonly columns: object };

/**
 * A system elsewhere that is a file, so that it outlives the processes that are killed: tables with a column `_writes`, which counts how often each row was
 * written, and what it is to refuse.
 */
export class Elsewhere {
  readonly #db: DatabaseSync;

  constructor(folder: string) {
    this.#db = new DatabaseSync(path.join(folder, Elsewhere.file), { timeout: 10_000 });
    this.#db.exec(`pragma journal_mode = wal; pragma synchronous = off;
      create table if not exists poison (id text primary key) without rowid;
      create table if not exists fault (n integer primary key, "is" text, after integer);
      create table if not exists request (n integer primary key, rows integer)`);
  }
  static readonly file = 'elsewhere.sqlite';

  /** A table that is written there, with a row for each key. */
  table(name: string, columns: readonly string[], keys: Iterable<SQLInputValue>): void {
    const list = columns.map(quoted).join(', ');
    this.#db.exec(
      `create table ${quoted(name)} (${list}, _writes integer not null default 0, primary key (${quoted(columns[0] ?? '')}))`,
    );
    const insert = this.#db.prepare(`insert into ${quoted(name)} (${quoted(columns[0] ?? '')}) values (?)`);
    this.#db.exec('begin');
    for (const key of keys) insert.run(key);
    this.#db.exec('commit');
  }
  /** Every request that has the row of this key is refused for it. */
  poison(...keys: readonly string[]): void {
    for (const key of keys) this.#db.prepare('insert into poison values (?)').run(key);
  }
  cure(): void {
    this.#db.exec('delete from poison');
  }
  /** The next requests come to nothing; or are carried out, and nobody is told. */
  fail(is: TargetFault['is'] | 'unanswered', times: number, after?: number): void {
    for (let n = 0; n < times; n += 1)
      this.#db.prepare('insert into fault ("is", after) values (?, ?)').run(is, after ?? null);
  }
  rows(sql: string): readonly Readonly<Record<string, unknown>>[] {
    return this.#db.prepare(sql).all();
  }
  exec(sql: string): void {
    this.#db.exec(sql);
  }
  close(): void {
    this.#db.close();
  }

  write(name: string, { key, columns, way, changedOnly }: Write, batch: TargetBatch): readonly TargetResult[] {
    this.#db.prepare('insert into request (rows) values (?)').run(batch.rows);
    this.#db.exec('begin immediate');
    try {
      const [fault] = this.rows('select * from fault order by n limit 1');
      if (fault) this.#db.exec(`delete from fault where n = ${fault['n']}`);
      if (fault && fault['is'] !== 'unanswered') {
        this.#db.exec('commit');
        const after = fault['after'];
        throw new TargetFault('It does not answer.', {
          is: fault['is'] as TargetFault['is'],
          next: 'Wait.',
          ...(typeof after === 'number' ? { after } : {}),
        });
      }
      const values = Object.keys(columns).filter((column) => !key.includes(column));
      const poisoned = this.#db.prepare('select 1 from poison where id = ?');
      for (let row = 0; row < batch.rows; row += 1) {
        const [id] = key.map((column) => kept(batch.columns[column]?.[row]));
        if (poisoned.get(String(id))) throw new TargetFault(`${id} is refused.`, { is: 'of rows', next: 'Mend it.' });
      }
      const found = key.map((column) => `${quoted(column)} = ?`).join(' and ');
      const select = this.#db.prepare(`select * from ${quoted(name)} where ${found}`);
      const update = this.#db.prepare(
        `update ${quoted(name)} set ${values.map((one) => `${quoted(one)} = ?`).join(', ')}, _writes = _writes + 1 where ${found}`,
      );
      const all = [...key, ...values];
      const insert = this.#db.prepare(
        `insert into ${quoted(name)} (${all.map(quoted).join(', ')}, _writes) values (${all.map(() => '?').join(', ')}, 1)`,
      );
      const results = Array.from({ length: batch.rows }, (_, row): TargetResult => {
        const of = (names: readonly string[]) => names.map((one) => kept(batch.columns[one]?.[row]));
        const there = select.get(...of(key));
        if (!there && way === 'update') return { is: 'missing' };
        if (!there) insert.run(...of(all));
        else if (changedOnly && values.every((one) => there[one] === kept(batch.columns[one]?.[row])))
          return { is: 'unchanged' };
        else update.run(...of(values), ...of(key));
        return { is: 'sent' };
      });
      this.#db.exec('commit');
      if (fault) throw new TargetFault('It does not answer.', { is: 'passing', next: 'Wait.' });
      return results;
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('rollback');
      throw error;
    }
  }
}

/** Writes there what tables say that are kept in Postgres or Supabase. */
export function targetsAt(folder: string, onWrite: () => Promise<void> | void = () => {}): Targets {
  return {
    has: (by) => by === 'postgres' || by === 'supabase',
    open: async ({ options: { name = '' } }, asked): Promise<Target> => {
      const elsewhere = new Elsewhere(folder);
      const weather = Weather.over(folder, elsewhere);
      return {
        place: `${name} elsewhere`,
        write: async (batch, signal) => {
          await onWrite();
          signal?.throwIfAborted();
          return weather.write(name, asked, batch);
        },
        close: async () => {
          elsewhere.close();
          weather.close();
        },
      };
    },
    look: async ({ options: { name = '' } }) => ({ found: `table ${name}` }),
    sql: async () => undefined,
  };
}
