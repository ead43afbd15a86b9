import { isUtf8 } from 'node:buffer';
import { chunkRows, type IncomingChunk, type IncomingColumn } from '../../ports/index.ts';
import type { Sent } from './batches.ts';

/** Texts of a chunk, one after the other. */
class Texts {
  #data = Buffer.allocUnsafe(1 << 20);
  #used = 0;
  readonly #ends = new Uint32Array(chunkRows);
  readonly #valid = new Uint8Array(chunkRows / 8);
  #nulls = false;

  add(row: number, value: Buffer | null): void {
    if (value === null) this.#nulls = true;
    else {
      if (this.#used + value.length > this.#data.length) this.#grow(value.length);
      value.copy(this.#data, this.#used);
      this.#used += value.length;
      this.#valid[row >> 3] = (this.#valid[row >> 3] as number) | (1 << (row & 7));
    }
    this.#ends[row] = this.#used;
  }
  addText(row: number, text: string): void {
    if (this.#used + text.length * 3 > this.#data.length) this.#grow(text.length * 3);
    this.#used += this.#data.write(text, this.#used);
    this.#ends[row] = this.#used;
  }
  #grow(more: number): void {
    const larger = Buffer.allocUnsafe(Math.max(this.#data.length * 2, this.#used + more));
    this.#data.copy(larger, 0, 0, this.#used);
    this.#data = larger;
  }
  get bytes(): number {
    return this.#used;
  }
  column(): IncomingColumn {
    return { carried: 'texts', data: bytesOf(this.#data), ends: this.#ends, valid: this.#valid, nulls: this.#nulls };
  }
  clear(): void {
    this.#used = 0;
    this.#nulls = false;
    this.#valid.fill(0);
  }
}

/** Of small buffers the memory is a pool's. */
const bytesOf = (data: Buffer): Uint8Array<ArrayBuffer> =>
  new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);

/** Each row has one. */
const wholes = ({ buffer }: BigInt64Array<ArrayBuffer>): IncomingColumn => ({
  ...{ carried: 'whole', data: new Uint8Array(buffer), ends: new Uint32Array(0) },
  ...{ valid: new Uint8Array(0), nulls: false },
});

/** As many bytes of messages at most wait for a chunk to be full. */
const mostBytes = 16 << 20;

/** Messages, as chunks of `messageColumns`. */
export class Messages {
  readonly #called: string;
  readonly #texts = new Texts();
  readonly #keys = new Texts();
  readonly #identities = new Texts();
  readonly #sent = new BigInt64Array(chunkRows);
  readonly #parts = new BigInt64Array(chunkRows);
  readonly #places = new BigInt64Array(chunkRows);
  #count = 0;

  constructor(called: string) {
    this.#called = called;
  }

  get isFull(): boolean {
    return this.#count === chunkRows || (this.#count > 0 && this.#texts.bytes > mostBytes);
  }
  get count(): number {
    return this.#count;
  }

  add(partition: number, { offset, at, key, value }: Sent): void {
    const row = this.#count;
    if (row === 0) for (const texts of [this.#texts, this.#keys, this.#identities]) texts.clear();
    this.#texts.add(row, value && readable(value));
    this.#keys.add(row, key && spelled(key));
    this.#identities.addText(row, `${this.#called}:${partition}:${offset}`);
    this.#sent[row] = BigInt(at) * 1000n;
    this.#parts[row] = BigInt(partition);
    this.#places[row] = offset;
    this.#count += 1;
  }

  /** Good until the next is added. */
  take(): IncomingChunk {
    const count = this.#count;
    const numbers = [this.#sent, this.#parts, this.#places].map(wholes);
    const columns = [this.#texts.column(), this.#keys.column(), ...numbers];
    const identities = this.#identities.column();
    this.#count = 0;
    return { count, columns, identities, unread: [] };
  }
}

/** What is no text is kept in base64, as a text of JSON: of no object, so of no column. */
const readable = (value: Buffer): Buffer =>
  isUtf8(value) ? value : Buffer.from(JSON.stringify(`base64:${value.toString('base64')}`));
const spelled = (key: Buffer): Buffer => (isUtf8(key) ? key : Buffer.from(`base64:${key.toString('base64')}`));
