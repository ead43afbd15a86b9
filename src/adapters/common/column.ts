import { type Carried, chunkRows, type IncomingColumn } from '../../ports/index.ts';

const widths: Readonly<Record<Carried, number>> = { flags: 1, days: 4, whole: 8, wide: 16, doubles: 8, texts: 0 };
/** Of texts; it grows with them. */
const firstBytes = 16 * chunkRows;

/** A column of a chunk as it is filled, row after row: each row is either set or has no value. */
export class ColumnBuffer implements IncomingColumn {
  readonly carried: Carried;
  readonly ends: Uint32Array<ArrayBuffer>;
  readonly valid = new Uint8Array(chunkRows / 8).fill(0xff);
  nulls = false;
  #data: Buffer<ArrayBuffer>;
  #length = 0;
  /** The same memory in pieces of 32 bits, the lower half of a longer value first. */
  readonly parts: Int32Array;
  readonly #long: BigInt64Array;
  readonly #doubles: Float64Array;

  constructor(carried: Carried) {
    this.carried = carried;
    const memory = new ArrayBuffer(carried === 'texts' ? firstBytes : widths[carried] * chunkRows);
    this.#data = Buffer.from(memory);
    this.ends = new Uint32Array(carried === 'texts' ? chunkRows : 0);
    this.parts = new Int32Array(memory, 0, memory.byteLength >> 2);
    this.#long = new BigInt64Array(memory, 0, memory.byteLength >> 3);
    this.#doubles = new Float64Array(memory, 0, memory.byteLength >> 3);
  }

  get data(): Uint8Array<ArrayBuffer> {
    return this.#data;
  }

  setNull(row: number): void {
    this.valid[row >> 3] = (this.valid[row >> 3] as number) & ~(1 << (row & 7));
    this.nulls = true;
    if (this.carried === 'texts') this.ends[row] = this.#length;
  }
  /** After all, though it was said to have none. */
  setThere(row: number): void {
    this.valid[row >> 3] = (this.valid[row >> 3] as number) | (1 << (row & 7));
  }
  setFlag(row: number, value: boolean): void {
    this.#data[row] = value ? 1 : 0;
  }
  setDays(row: number, days: number): void {
    this.parts[row] = days;
  }
  setDouble(row: number, value: number): void {
    this.#doubles[row] = value;
  }
  /** A whole number, microseconds, or a decimal without its point. */
  setWhole(row: number, value: bigint): void {
    if (this.carried !== 'wide') {
      this.#long[row] = value;
      return;
    }
    this.#long[2 * row] = BigInt.asIntN(64, value);
    this.#long[2 * row + 1] = value >> 64n;
  }
  /** The same of a number that a double holds exactly. */
  setSafe(row: number, value: number): void {
    if (this.carried === 'wide') {
      this.setWhole(row, BigInt(value));
      return;
    }
    const high = Math.floor(value / 4_294_967_296);
    this.parts[2 * row] = value - high * 4_294_967_296;
    this.parts[2 * row + 1] = high;
  }
  setBytes(row: number, from: Buffer, at: number, length: number): void {
    const start = this.#length;
    if (start + length > this.#data.length) this.#grow(start + length);
    const to = this.#data;
    // Copying a few bytes costs less than asking for it.
    if (length <= 24) for (let index = 0; index < length; index += 1) to[start + index] = from[at + index] as number;
    else from.copy(to, start, at, at + length);
    this.#length = start + length;
    this.ends[row] = this.#length;
  }
  setString(row: number, text: string): void {
    // A unit of UTF-16 has at most three bytes.
    if (this.#length + text.length * 3 > this.#data.length) this.#grow(this.#length + text.length * 3);
    this.#length += this.#data.write(text, this.#length);
    this.ends[row] = this.#length;
  }

  #grow(least: number): void {
    const grown = Buffer.from(new ArrayBuffer(Math.max(least, this.#data.length * 2)));
    this.#data.copy(grown, 0, 0, this.#length);
    this.#data = grown;
  }

  /** Begins anew. */
  clear(): void {
    if (this.nulls) this.valid.fill(0xff);
    this.nulls = false;
    this.#length = 0;
  }
}
