import { isUtf8 } from 'node:buffer';
import { type Columns, type Compared, compareNames } from '../../../columns/index.ts';
import { carriedAs, chunkRows, type IncomingChunk, type Unread } from '../../../ports/index.ts';
import { ColumnBuffer } from '../../common/column.ts';
import { jsonSayOf, type Say } from './text.ts';
import type { PostgresType } from './types.ts';
import { type Writer, writerOf } from './write.ts';

/** A column as it comes. */
export interface Field {
  readonly name: string;
  readonly type: PostgresType;
}

interface Of {
  readonly columns: Columns;
  /** In the order in which they come. */
  readonly fields: readonly Field[];
  /** Which of the columns has what no other asks for. */
  readonly extra?: string;
  readonly refusesNew?: boolean;
  /** The server does not know what its texts are spelled in: they may be of any bytes, and are read where they are UTF-8. */
  readonly isAscii?: boolean;
}

/** What of a field goes where. */
interface Way {
  readonly column: ColumnBuffer;
  readonly name: string;
  readonly write: Writer;
}

/** How a field is said in an object of JSON. */
interface Said {
  readonly name: string;
  readonly say: Say;
}
interface Never {
  readonly column: string;
  readonly called: string;
  readonly type: string;
}

const ofUtf8 =
  (write: Writer): Writer =>
  (bytes, at, length, row) =>
    isUtf8(bytes.subarray(at, at + length)) && write(bytes, at, length, row);

/** Rows as they come from Postgres, in binary, put into chunks. */
export class Rows {
  readonly compared: Compared;
  /** Declared columns of which no value ever is of their kind, for their type. */
  readonly never: readonly Never[];
  count = 0;
  readonly #columns: readonly ColumnBuffer[];
  readonly #names: readonly string[];
  readonly #identities = new ColumnBuffer('texts');
  readonly #ways: readonly (Way | undefined)[];
  /** Columns that no field brings. */
  readonly #lacking: readonly ColumnBuffer[];
  readonly #says: readonly Said[];
  readonly #others: readonly number[];
  readonly #extra: ColumnBuffer | undefined;
  #unread: Unread[] = [];

  constructor({ columns, fields, extra, refusesNew, isAscii }: Of) {
    const declared = Object.fromEntries(Object.entries(columns).filter(([name]) => name !== extra));
    this.compared = compareNames(
      declared,
      fields.map(({ name }) => name),
      refusesNew,
    );
    this.#names = Object.keys(columns);
    this.#columns = this.#names.map((name) => new ColumnBuffer(carriedAs((columns[name] as Columns[string]).facts)));
    const buffer = (name: string): ColumnBuffer => this.#columns[this.#names.indexOf(name)] as ColumnBuffer;
    const { called, news } = this.compared;
    const ways: (Way | undefined)[] = fields.map(() => undefined);
    const never: Never[] = [];
    for (const [name, its] of called) {
      const place = fields.findIndex((field) => field.name === its);
      const { type } = fields[place] as Field;
      const write = writerOf(type, (columns[name] as Columns[string]).facts, buffer(name));
      const isText = isAscii && (type.shape === 'text' || type.shape === 'json');
      if (write) ways[place] = { column: buffer(name), name, write: isText ? ofUtf8(write) : write };
      else never.push({ column: name, called: its, type: type.name });
    }
    this.never = never;
    this.#ways = ways;
    this.#extra = extra === undefined ? undefined : buffer(extra);
    const brought = new Set(ways.map((way) => way?.column));
    this.#lacking = this.#columns.filter((column) => !brought.has(column) && column !== this.#extra);
    this.#says = fields.map(({ name, type }) => ({ name: JSON.stringify(name), say: jsonSayOf(type) }));
    this.#others = fields.flatMap(({ name }, index) => (news.includes(name) ? [index] : []));
  }

  get isFull(): boolean {
    return this.count === chunkRows;
  }

  /** One row: field n has so many bytes from there on; of a null the length is −1. */
  add(bytes: Buffer, starts: Int32Array, lengths: Int32Array, identity: string): void {
    const row = this.count;
    if (row === 0) this.#clear();
    let unread: string[] | undefined;
    const ways = this.#ways;
    for (let index = 0; index < ways.length; index += 1) {
      const way = ways[index];
      if (way === undefined) continue;
      const length = lengths[index] as number;
      if (length < 0) way.column.setNull(row);
      else if (!way.write(bytes, starts[index] as number, length, row)) {
        way.column.setNull(row);
        unread ??= [];
        unread.push(way.name);
      }
    }
    for (const column of this.#lacking) column.setNull(row);
    if (this.#extra) this.#addOthers(this.#extra, bytes, starts, lengths);
    this.#identities.setString(row, identity);
    if (unread) this.#unread.push({ row, columns: unread, original: this.#original(bytes, starts, lengths) });
    this.count = row + 1;
  }

  /** What the last row has in a column that no field brings; a time in microseconds since 1970. */
  set(name: string, value: boolean | bigint | string | null): void {
    const column = this.#columns[this.#names.indexOf(name)] as ColumnBuffer;
    const row = this.count - 1;
    if (value === null) return;
    column.setThere(row);
    if (typeof value === 'boolean') column.setFlag(row, value);
    else if (typeof value === 'bigint') column.setWhole(row, value);
    else column.setString(row, value);
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

  #pair(index: number, bytes: Buffer, starts: Int32Array, lengths: Int32Array): string {
    const { name, say } = this.#says[index] as Said;
    const length = lengths[index] as number;
    return `${name}:${length < 0 ? 'null' : say(bytes, starts[index] as number, length)}`;
  }
  #original(bytes: Buffer, starts: Int32Array, lengths: Int32Array): string {
    return `{${this.#says.map((_, index) => this.#pair(index, bytes, starts, lengths)).join(',')}}`;
  }
  /** Nothing where none has a value. */
  #addOthers(extra: ColumnBuffer, bytes: Buffer, starts: Int32Array, lengths: Int32Array): void {
    const isThere = this.#others.some((index) => (lengths[index] as number) >= 0);
    const pairs = this.#others.map((index) => this.#pair(index, bytes, starts, lengths));
    if (isThere) extra.setString(this.count, `{${pairs.join(',')}}`);
    else extra.setNull(this.count);
  }
}
