import type { DuckDBConnection } from '@duckdb/node-api';
import { type Columns, type Compared, compareNames } from '../../../columns/index.ts';
import type { Bad, Difference, FileInput, SourceFile } from '../../../ports/index.ts';
import { differencesOf, hidden } from '../../../ports/index.ts';
import { dialect, storedType } from '../dialect.ts';
import { staged } from './typed.ts';

const { identifier, literal } = dialect;

/**
 * Where rows wait. `lines`: of JSON lines, in the order of their files, so that the row's place says the line; `records`: the same of CSV and
 * Parquet; `single`: rows that say their line themselves. The relation is a view of them, so that nothing is written twice.
 */
export type Part = 'lines' | 'records' | 'single';
export const parts: readonly Part[] = Object.freeze(['lines', 'records', 'single']);

const nameOf = (relation: string, part: string): string => `${relation}#${part}`;
/** The temporary tables that are beneath the view of that name. */
export const tablesBeneath = (relation: string): readonly string[] => parts.map((part) => nameOf(relation, part));

/** Rows of one file in a table, where the place of a row says its line. */
export interface Arrived {
  readonly file: number;
  readonly count: number;
  /** Of the rows' own text. */
  readonly bytes: number;
  /** Those to be looked at again. */
  readonly unsure: number;
  /** Nothing of another file stands between them. */
  readonly whole: boolean;
}

/** What the readers of the formats share: the tables that rows wait in, and which files turned out bad. */
export class Staging {
  readonly connection: DuckDBConnection;
  readonly input: FileInput;
  /** The columns that a file may have; the input has one more where that takes what else there is. */
  readonly declared: Columns;
  readonly bad: Bad[] = [];
  /** Files whose rows have arrived before it was seen that they are none of the source's. */
  readonly late: Bad[] = [];
  readonly #differences = new Map<string, Difference>();
  readonly #relation: string;
  readonly #made = new Set<Part>();
  readonly #first = new Map<number, number>();
  readonly #dropped = new Set<number>();

  constructor(connection: DuckDBConnection, input: FileInput, relation: string) {
    this.connection = connection;
    this.input = input;
    const { extra } = input;
    this.declared = Object.fromEntries(Object.entries(input.columns).filter(([name]) => name !== extra));
    this.#relation = relation;
  }

  /** The spelled name of a temporary table. */
  table(part: string): string {
    return identifier(nameOf(this.#relation, part));
  }
  /** As `table`, for an appender. */
  bare(part: string): string {
    return nameOf(this.#relation, part);
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return await (await this.connection.run(sql)).getRows();
  }

  async add(part: Part, query: string): Promise<void> {
    await this.run(
      `${this.#made.has(part) ? `insert into ${this.table(part)}` : `create or replace temp table ${this.table(part)} as`} ${query}`,
    );
    this.#made.add(part);
  }

  setAside(file: SourceFile, why: string, breaks = false): void {
    this.bad.push({ path: file.path, why: why.replaceAll(file.location, file.path), ...(breaks ? { breaks } : {}) });
  }

  /** Looks a file's columns over; nothing for one that breaks the contract, which is set aside: `its header has no column …`. */
  compare(file: SourceFile, names: readonly string[], has: string): Compared | undefined {
    const compared = compareNames(this.declared, names, this.input.refusesNew);
    if (compared.breach) this.setAside(file, `${has} ${compared.breach}`, true);
    else this.tell(file, compared);
    return compared.breach ? undefined : compared;
  }

  /** Columns that are new, and those that are gone, each with the first file that has it so. */
  tell({ path }: SourceFile, compared: Pick<Compared, 'news' | 'gone'>): void {
    const { extra, unmissed } = this.input;
    for (const one of differencesOf(compared, { path, extra, unmissed })) this.differ(one);
  }

  /** Of each thing the first file. */
  differ(difference: Difference): void {
    const { how, column } = difference;
    const id = `${how} ${column}`;
    if (!this.#differences.has(id)) this.#differences.set(id, difference);
  }
  get differences(): readonly Difference[] {
    return [...this.#differences.values()];
  }

  /** Sets a file aside for columns that are new, where these are refused; its rows have arrived. */
  refuse(file: SourceFile, names: readonly string[]): void {
    const shown = names.slice(0, 8).join(', ');
    this.late.push({
      path: file.path,
      why: `it has ${shown}, which ${names.length === 1 ? 'is' : 'are'} not declared`,
      breaks: true,
    });
  }

  has(part: Part): boolean {
    return this.#made.has(part);
  }
  /** The values of each of these columns, in all that has arrived. */
  async countValues(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const part of parts.filter((one) => this.#made.has(one))) {
      const asked = names.map((name) => `count(${identifier(name)})`).join(', ');
      const [row = []] = await this.rows(`select ${asked} from ${this.table(part)}`);
      for (const [index, name] of names.entries()) counts.set(name, (counts.get(name) ?? 0) + Number(row[index]));
    }
    return counts;
  }

  /** Rows of the relation, by the file's place in the list. */
  async rowsByFile(): Promise<ReadonlyMap<number, number>> {
    const made = parts.filter((part) => this.#made.has(part));
    if (made.length === 0) return new Map();
    const all = made.map((part) => `select ${staged.file} from ${this.table(part)} where ${this.isOwn(part)}`);
    const rows = await this.rows(`select ${staged.file}, count(*) from (${all.join(' union all ')}) group by all`);
    return new Map(rows.map(([file, count]) => [Number(file), Number(count)]));
  }
  /** Of a line that was looked at again the row stands elsewhere. */
  isOwn(part: Part): string {
    return part === 'lines' ? `"#text" is null and ${this.isKept}` : 'true';
  }

  /** The rows of a file among the lines do not count. */
  drop(file: SourceFile): void {
    this.#dropped.add(this.input.files.indexOf(file));
  }

  /** What stands in a table, file by file. */
  async arrived(part: Exclude<Part, 'single'>): Promise<readonly Arrived[]> {
    if (!this.#made.has(part)) return [];
    const [bytes, again] = part === 'lines' ? ['sum("#bytes")', 'count("#text")'] : ['0', '0'];
    const found = await this.rows(
      `select ${staged.file}, min(rowid), max(rowid), count(*), ${bytes}, ${again} from ${this.table(part)} group by ${staged.file}`,
    );
    return found.map((row) => {
      const [file, first, last, count, sum, unsure] = row.map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      this.#first.set(file, first);
      return { file, count, bytes: sum, unsure, whole: last - first + 1 === count };
    });
  }

  /** The number of a row among those of its file, counted from one. */
  get number(): string {
    const firsts = this.input.files.map((_, index) => this.#first.get(index) ?? 0);
    return `rowid - list_extract([${firsts.join(', ')}], ${staged.file} + 1) + 1`;
  }

  /** Which of the lines are of files that count. */
  get isKept(): string {
    return [...this.#dropped].map((file) => `${staged.file} <> ${file}`).join(' and ') || 'true';
  }

  /** Makes the relation of everything that waits. */
  async finish(): Promise<void> {
    await this.arrived('records');
    const { files, columns } = this.input;
    const names = Object.keys(columns).map(identifier).join(', ');
    const paths = `[${files.map(({ path }) => literal(`${path}:`)).join(', ')}]`;
    const identity = (number: string): string =>
      `list_extract(${paths}, ${staged.file} + 1) || lpad(cast(${number} as varchar), 10, '0') as ${hidden.row}`;
    const found = `${hidden.original}, ${hidden.unread}`;
    const none = `cast(null as varchar) as ${hidden.original}, cast(null as varchar[]) as ${hidden.unread}`;
    const nulls = Object.values(columns).map(
      ({ facts }, index) => `cast(null as ${storedType(facts)}) as "#v${index}"`,
    );
    const selects: Readonly<Record<Part, string>> = {
      lines: `select ${names}, ${none}, ${identity(this.number)} from ${this.table('lines')} where ${this.isOwn('lines')}`,
      records: `select ${names}, ${found}, ${identity(this.number)} from ${this.table('records')}`,
      single: `select ${names}, ${found}, ${identity(staged.line)} from ${this.table('single')}`,
    };
    const empty = `select ${nulls.join(', ')}, ${none}, '' as ${hidden.row} where false`;
    const made = parts.filter((part) => this.#made.has(part)).map((part) => selects[part]);
    const header = [...Object.keys(columns), hidden.original, hidden.unread, hidden.row].map(identifier).join(', ');
    await this.run(
      `create or replace temp view ${identifier(this.#relation)} (${header}) as ${made.join(' union all ') || empty}`,
    );
  }

  /** Leaves nothing behind of a reading that failed. */
  async clear(): Promise<void> {
    const tables = [...tablesBeneath(this.#relation), this.bare('waiting')].map(
      (name) => `drop table if exists temp.main.${identifier(name)}`,
    );
    await this.run([`drop view if exists temp.main.${identifier(this.#relation)}`, ...tables].join('; '));
  }
}
