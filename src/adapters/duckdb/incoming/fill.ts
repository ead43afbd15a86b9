import { DuckDBDataChunk } from '@duckdb/node-api';
import bindings, { type LogicalType, type Vector } from '@duckdb/node-bindings';
import type { ColumnFacts, Columns } from '../../../columns/index.ts';
import { chunkRows, type IncomingChunk, type IncomingColumn, type Unread } from '../../../ports/index.ts';

/** Column names in one text, between them a character that no name has. */
export const between = '\u001f';

/** The engine's numbers for its types: importing the list would load the engine. */
const ids = { boolean: 1, bigint: 5, double: 11, date: 13, varchar: 17, blob: 18, timestampTz: 31 } as const;

function logicalType({ kind, of }: ColumnFacts): LogicalType {
  switch (kind) {
    case 'decimal': {
      const [digits, places] = of as readonly [number, number];
      return bindings.create_decimal_type(digits, places);
    }
    case 'list':
    case 'json': {
      const json = bindings.create_logical_type(ids.varchar);
      bindings.logical_type_set_alias(json, 'JSON');
      return json;
    }
    case 'text':
    case 'duration':
      return bindings.create_logical_type(ids.varchar);
    case 'integer':
    case 'bigint':
      return bindings.create_logical_type(ids.bigint);
    case 'real':
      return bindings.create_logical_type(ids.double);
    case 'boolean':
      return bindings.create_logical_type(ids.boolean);
    case 'date':
      return bindings.create_logical_type(ids.date);
    case 'timestamp':
      return bindings.create_logical_type(ids.timestampTz);
  }
}

/** Bytes of a value as the engine has it: a decimal has as few as its digits need. */
function widthOf({ kind, of }: ColumnFacts): number {
  switch (kind) {
    case 'decimal': {
      const [digits] = of as readonly [number, number];
      return digits <= 4 ? 2 : digits <= 9 ? 4 : digits <= 18 ? 8 : 16;
    }
    case 'boolean':
      return 1;
    case 'date':
      return 4;
    default:
      return 8;
  }
}

/** A text of up to so many bytes stands in its own place of sixteen; a longer one stands elsewhere. */
const inlined = 12;
const placeBytes = 16;
const noBits = new ArrayBuffer(chunkRows / 8);

/**
 * A chunk of the engine, filled again and again from chunks that arrive: the columns, the identity, and of rows with something unread their original and
 * the columns' names. Memory is copied as it is, a call or two for each column, none for each value.
 */
export class Filler {
  readonly #chunk;
  readonly #vectors: readonly Vector[];
  readonly #widths: readonly number[];
  readonly #narrow = new ArrayBuffer(8 * chunkRows);
  readonly #places = new ArrayBuffer(placeBytes * chunkRows);
  readonly #placeBytes = new Uint8Array(this.#places);
  readonly #placeWords = new Int32Array(this.#places);
  /** Longer texts, those of a column in one: the places of its rows point into it. */
  readonly #held: ReturnType<typeof bindings.create_data_chunk>;
  readonly #heldVectors: readonly Vector[];

  constructor(columns: Columns) {
    const facts = Object.values(columns).map((column) => column.facts);
    const texts = [0, 1, 2].map(() => bindings.create_logical_type(ids.varchar));
    const types = [...facts.map(logicalType), ...texts];
    this.#chunk = bindings.create_data_chunk(types);
    this.#vectors = types.map((_, index) => bindings.data_chunk_get_vector(this.#chunk, index));
    this.#widths = facts.map(widthOf);
    const blobs = [...facts, 'identities'].map(() => bindings.create_logical_type(ids.blob));
    this.#held = bindings.create_data_chunk(blobs);
    this.#heldVectors = blobs.map((_, index) => bindings.data_chunk_get_vector(this.#held, index));
  }

  /** Good until the next. */
  filled({ count, columns, identities, unread }: IncomingChunk): DuckDBDataChunk {
    bindings.data_chunk_reset(this.#chunk);
    bindings.data_chunk_set_size(this.#chunk, count);
    bindings.data_chunk_reset(this.#held);
    for (const [index, column] of columns.entries()) this.#fill(index, column, count);
    const after = columns.length;
    this.#fill(after, identities, count);
    this.#fillFew(after + 1, unread, ({ original }) => original);
    this.#fillFew(after + 2, unread, (one) => one.columns.join(between));
    return new DuckDBDataChunk(this.#chunk);
  }

  #fill(index: number, column: IncomingColumn, count: number): void {
    const vector = this.#vectors[index] as Vector;
    const { carried, data, valid, nulls } = column;
    if (nulls) {
      bindings.vector_ensure_validity_writable(vector);
      bindings.copy_data_to_vector_validity(vector, 0, valid.buffer, valid.byteOffset, Math.ceil(count / 64) * 8);
    }
    if (carried === 'texts') {
      this.#fillTexts(index, column, count);
      return;
    }
    const width = this.#widths[index] as number;
    const given = carried === 'wide' ? 16 : carried === 'days' ? 4 : carried === 'flags' ? 1 : 8;
    if (width === given) bindings.copy_data_to_vector(vector, 0, data.buffer, data.byteOffset, width * count);
    else {
      this.#narrowed(data, width, count);
      bindings.copy_data_to_vector(vector, 0, this.#narrow, 0, width * count);
    }
  }

  /** The lowest bytes of 64 bits each. */
  #narrowed(data: Uint8Array<ArrayBuffer>, width: number, count: number): void {
    const from = new Int32Array(data.buffer, data.byteOffset, 2 * count);
    const to = width === 4 ? new Int32Array(this.#narrow) : new Int16Array(this.#narrow);
    for (let row = 0; row < count; row += 1) to[row] = from[2 * row] as number;
  }

  /** The engine keeps a text of up to twelve bytes in its place: the length, and the text. Of a longer one it has the length, the first four bytes, and where it is. */
  #fillTexts(index: number, { data, ends }: IncomingColumn, count: number): void {
    const bytes = this.#placeBytes;
    const words = this.#placeWords;
    words.fill(0, 0, count * 4);
    let start = 0;
    let base: number | undefined;
    for (let row = 0; row < count; row += 1) {
      const end = ends[row] as number;
      const length = end - start;
      const place = row * placeBytes + 4;
      words[row * 4] = length;
      const near = length > inlined ? 4 : length;
      for (let at = 0; at < near; at += 1) bytes[place + at] = data[start + at] as number;
      if (length > inlined) {
        base ??= this.#hold(index, data.subarray(0, ends[count - 1]));
        const address = base + start;
        const high = Math.floor(address / 4_294_967_296);
        words[row * 4 + 2] = address - high * 4_294_967_296;
        words[row * 4 + 3] = high;
      }
      start = end;
    }
    bindings.copy_data_to_vector(this.#vectors[index] as Vector, 0, this.#places, 0, count * placeBytes);
  }

  /** Has the engine keep bytes until the next chunk, and says where: an address that a double holds. */
  #hold(index: number, data: Uint8Array): number {
    const vector = this.#heldVectors[index] as Vector;
    bindings.vector_assign_string_element_len(vector, 0, data);
    const place = bindings.vector_get_data(vector, placeBytes);
    return Number(new DataView(place.buffer, place.byteOffset).getBigUint64(8, true));
  }

  #fillFew(index: number, unread: readonly Unread[], text: (one: Unread) => string): void {
    const vector = this.#vectors[index] as Vector;
    const valid = unread.length === 0 ? noBits : new ArrayBuffer(noBits.byteLength);
    const bits = new Uint8Array(valid);
    for (const { row } of unread) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
    bindings.vector_ensure_validity_writable(vector);
    bindings.copy_data_to_vector_validity(vector, 0, valid, 0, valid.byteLength);
    for (const one of unread) bindings.vector_assign_string_element(vector, one.row, text(one));
  }
}
