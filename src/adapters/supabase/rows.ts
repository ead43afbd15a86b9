import { hash } from 'node:crypto';
import type { Columns } from '../../columns/index.ts';
import { carriedAs, chunkRows, type IncomingChunk, type TableAsked, type Unread } from '../../ports/index.ts';
import { ColumnBuffer } from '../common/column.ts';
import { isPlain, type Type } from './types.ts';
import { type Put, putOf, textOf } from './values.ts';

/** A column of the table that is asked for. */
export interface Field {
  readonly name: string;
  /** Where the API describes it. */
  readonly type: Type | undefined;
  /** The declared column that it is. */
  readonly of?: string;
  /** Asked for in JSON as it is, not as text. */
  readonly isPlain: boolean;
}

interface Of {
  readonly columns: Columns;
  readonly fields: readonly Field[];
  readonly extra?: string | undefined;
  /** Which of the fields says which row it is. */
  readonly key: string;
  readonly table: string;
  readonly identity: TableAsked['identity'];
}

type Row = Readonly<Record<string, unknown>>;

export const isFieldPlain = (type: Type | undefined, columns: Columns, of: string | undefined): boolean =>
  of === undefined || isPlain(type, (columns[of] as Columns[string]).facts.kind);

/** Rows as they come from the API, put into chunks. */
export class Rows {
  count = 0;
  readonly #of: Of;
  readonly #columns: readonly ColumnBuffer[];
  readonly #identities = new ColumnBuffer('texts');
  readonly #ways: readonly { readonly field: Field; readonly column: ColumnBuffer; readonly put: Put }[];
  /** Columns that no field brings. */
  readonly #lacking: readonly ColumnBuffer[];
  readonly #extra: ColumnBuffer | undefined;
  readonly #others: readonly Field[];
  #unread: Unread[] = [];

  constructor(of: Of) {
    this.#of = of;
    const { columns, fields, extra, key } = of;
    const buffers = new Map(
      Object.entries(columns).map(([name, { facts }]) => [name, new ColumnBuffer(carriedAs(facts))] as const),
    );
    this.#columns = [...buffers.values()];
    this.#ways = fields.flatMap((field) => {
      const column = field.of === undefined ? undefined : buffers.get(field.of);
      if (!column || field.of === undefined) return [];
      return [{ field, column, put: putOf(field, (columns[field.of] as Columns[string]).facts, column) }];
    });
    const brought = new Set(this.#ways.map(({ column }) => column));
    this.#extra = extra === undefined ? undefined : buffers.get(extra);
    this.#lacking = this.#columns.filter((column) => !brought.has(column) && column !== this.#extra);
    this.#others = fields.filter((field) => field.of === undefined && (field.name !== key || extra !== undefined));
  }

  get isFull(): boolean {
    return this.count === chunkRows;
  }

  add(row: Row): void {
    const at = this.count;
    if (at === 0) this.#clear();
    let unread: string[] | undefined;
    for (const { field, column, put } of this.#ways) {
      const value = row[field.name];
      if (value === null || value === undefined) column.setNull(at);
      else if (!put(value, at)) {
        column.setNull(at);
        unread ??= [];
        unread.push(field.of ?? '');
      }
    }
    for (const column of this.#lacking) column.setNull(at);
    if (this.#extra) this.#addOthers(this.#extra, row, at);
    this.#identities.setString(at, this.#identityOf(row));
    if (unread) this.#unread.push({ row: at, columns: unread, original: originalOf(row, this.#of.fields) });
    this.count = at + 1;
  }

  /** What has been added; it stays until more is. */
  take(): IncomingChunk {
    const { count } = this;
    const chunk = { count, columns: this.#columns, identities: this.#identities, unread: this.#unread };
    this.count = 0;
    this.#unread = [];
    return chunk;
  }

  #clear(): void {
    for (const column of this.#columns) column.clear();
    this.#identities.clear();
  }

  /** Of a version with the md5 of all that was read of the row. */
  #identityOf(row: Row): string {
    const { table, key, identity, fields } = this.#of;
    const its = textOf(row[key]);
    const named = `${table}:${/^-?(0|[1-9]\d*)$/.test(its) ? its : JSON.stringify(its)}`;
    if (identity === 'row') return named;
    // The same whether a value comes as text or as it is.
    const values = fields.map(({ name }) => (row[name] === null ? null : textOf(row[name])));
    return `${named}@${hash('md5', JSON.stringify(values))}`;
  }

  /** Nothing where none has a value. */
  #addOthers(extra: ColumnBuffer, row: Row, at: number): void {
    const others = this.#others.filter(({ name }) => row[name] !== null);
    if (others.length > 0) extra.setString(at, originalOf(row, this.#others));
    else extra.setNull(at);
  }
}

/** The row as JSON: what was asked for as text is said as the API would have. */
function originalOf(row: Row, fields: readonly Field[]): string {
  const said = ({ name, type, isPlain }: Field): string => {
    const value = row[name];
    if (isPlain || typeof value !== 'string') return JSON.stringify(value);
    if (type?.shape === 'json') return value;
    const isBare = ['whole', 'numeric', 'float4', 'float8'].includes(type?.shape ?? '') && /^-?\d/.test(value);
    return isBare || (type?.shape === 'boolean' && /^(true|false)$/.test(value)) ? value : JSON.stringify(value);
  };
  return `{${fields.map((field) => `${JSON.stringify(field.name)}:${said(field)}`).join(',')}}`;
}
