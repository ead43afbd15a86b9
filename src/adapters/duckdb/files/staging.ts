import type { DuckDBConnection } from '@duckdb/node-api';
import type { FileInput, SourceFile } from '../../../ports/index.ts';
import { hidden } from '../../../ports/index.ts';
import { dialect, storedType } from '../dialect.ts';
import { staged } from './typed.ts';

const { identifier, literal } = dialect;

export interface Bad {
  readonly path: string;
  readonly why: string;
}

/** Rows of one file in the quick table. */
export interface Arrived {
  readonly file: number;
  readonly count: number;
  readonly bytes: number;
  /** Nothing of another file stands between them. */
  readonly whole: boolean;
}

/** What the readers of the formats share: the tables that rows wait in, and which files turned out bad. */
export class Staging {
  readonly connection: DuckDBConnection;
  readonly input: FileInput;
  /** Rows in the order of their files: the place in the table says the line. */
  readonly quick: string;
  /** Rows that say their line themselves. */
  readonly careful: string;
  readonly bad: Bad[] = [];
  readonly #first = new Map<number, number>();
  readonly #tables: string[] = [];
  readonly #relation: string;

  constructor(connection: DuckDBConnection, input: FileInput, relation: string) {
    this.connection = connection;
    this.input = input;
    this.#relation = relation;
    this.quick = this.table('quick');
    this.careful = this.table('careful');
  }

  /** The spelled name of a temporary table that goes when the reading is done. */
  table(purpose: string): string {
    const name = `${this.#relation}#${purpose}`;
    this.#tables.push(name);
    return identifier(name);
  }

  async begin(): Promise<void> {
    const columns = Object.entries(this.input.columns).map(
      ([name, { facts }]) => `${identifier(name)} ${storedType(facts)}`,
    );
    columns.push(`${hidden.original} varchar`, `${hidden.unread} varchar[]`, `${staged.file} integer`);
    await this.run(`create temp table ${this.quick} (${columns.join(', ')}, "#bytes" integer, "#again" varchar)`);
    await this.run(`create temp table ${this.careful} (${columns.join(', ')}, ${staged.line} bigint)`);
  }

  async run(sql: string): Promise<number> {
    return (await this.connection.run(sql)).rowsChanged;
  }

  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return await (await this.connection.run(sql)).getRows();
  }

  setAside(file: SourceFile, why: string): void {
    this.bad.push({ path: file.path, why: why.replaceAll(file.location, file.path) });
  }

  /** What stands in the quick table of files that have not been looked at; to be asked before any row is taken out again. */
  async arrived(): Promise<readonly Arrived[]> {
    const found = await this.rows(
      `select ${staged.file}, min(rowid), max(rowid), count(*), sum("#bytes") from ${this.quick} group by ${staged.file}`,
    );
    const fresh = found
      .map((row) => row.map(Number) as [number, number, number, number, number])
      .filter(([file]) => !this.#first.has(file))
      .map(([file, first, last, count, bytes]) => ({ file, first, count, bytes, whole: last - first + 1 === count }));
    for (const { file, first } of fresh) this.#first.set(file, first);
    return fresh;
  }

  /** The line of a quick row. */
  lineOf(file: number, place: number): number {
    return place - (this.#first.get(file) ?? 0) + 1;
  }

  /** Makes the relation of everything that waits. */
  async finish(): Promise<void> {
    await this.arrived();
    const { files, columns } = this.input;
    const names = [...Object.keys(columns).map(identifier), hidden.original, hidden.unread].join(', ');
    // The list of no file has no type of its own.
    const paths = `cast([${files.map(({ path }) => literal(`${path}:`)).join(', ')}] as varchar[])`;
    const starts = `[${files.map((_, index) => this.#first.get(index) ?? 0).join(', ')}]`;
    const identity = (line: string): string =>
      `list_extract(${paths}, ${staged.file} + 1) || lpad(cast(${line} as varchar), 10, '0') as ${hidden.row}`;
    await this.run(`create temp table ${identifier(this.#relation)} as
      select ${names}, ${identity(`rowid - list_extract(${starts}, ${staged.file} + 1) + 1`)} from ${this.quick}
      union all select ${names}, ${identity(staged.line)} from ${this.careful}`);
  }

  async clear(): Promise<void> {
    await this.run(this.#tables.map((name) => `drop table if exists temp.main.${identifier(name)}`).join('; '));
  }
}
