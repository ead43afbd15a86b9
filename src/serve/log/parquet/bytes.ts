/** Bytes that grow at their end. */
export class Bytes {
  #held: Buffer;
  length = 0;

  constructor(room = 1024) {
    this.#held = Buffer.allocUnsafe(room);
  }

  /** Where the next so many bytes go, which count as written. */
  take(count: number): { readonly held: Buffer; readonly at: number } {
    const at = this.length;
    const needed = at + count;
    if (needed > this.#held.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#held.length * 2));
      this.#held.copy(larger, 0, 0, at);
      this.#held = larger;
    }
    this.length = needed;
    return { held: this.#held, at };
  }

  byte(value: number): void {
    const { held, at } = this.take(1);
    held[at] = value;
  }

  /** Seven bits a byte, the lowest first; up to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  put(bytes: Uint8Array): void {
    const { held, at } = this.take(bytes.length);
    held.set(bytes, at);
  }

  uint32(value: number): void {
    const { held, at } = this.take(4);
    held.writeUInt32LE(value, at);
  }

  /** A text with its length before it. */
  text(value: string): void {
    const length = Buffer.byteLength(value);
    const { held, at } = this.take(4 + length);
    held.writeUInt32LE(length, at);
    held.write(value, at + 4);
  }

  /** What was written: a view, which the next that is written may change. */
  view(): Buffer {
    return this.#held.subarray(0, this.length);
  }
}
