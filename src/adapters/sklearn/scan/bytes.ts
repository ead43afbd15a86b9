/** The file is not what a pickle may be: `message` says how, and where. */
export class Broken extends Error {
  override readonly name = 'Broken';
}

const newline = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of a file in their order, with the frames of protocol 4: nothing of an opcode may stand outside of the frame in which it began. */
export class Bytes {
  readonly #of: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  /** Where the frame ends that is being read; 0: none is. */
  #frame = 0;

  constructor(of: Uint8Array) {
    this.#of = of;
    this.#view = new DataView(of.buffer, of.byteOffset, of.byteLength);
  }

  get at(): number {
    return this.#at;
  }
  get left(): number {
    return this.#of.length - this.#at;
  }

  broken(what: string): Broken {
    return new Broken(`${what} (byte ${this.#at})`);
  }

  /** Where the next `count` bytes begin; they are read then. */
  #take(count: number): number {
    if (this.#frame === this.#at) this.#frame = 0;
    if (!(count <= this.left)) throw this.broken('it is cut, or says a length that it does not have');
    const end = this.#at + count;
    if (this.#frame > 0 && end > this.#frame) throw this.broken('something reaches beyond the frame that it is in');
    const began = this.#at;
    this.#at = end;
    return began;
  }

  byte = (): number => this.#view.getUint8(this.#take(1));
  uint16 = (): number => this.#view.getUint16(this.#take(2), true);
  int32 = (): number => this.#view.getInt32(this.#take(4), true);
  uint32 = (): number => this.#view.getUint32(this.#take(4), true);
  double = (): number => this.#view.getFloat64(this.#take(8));
  /** A length, which no file reaches that is above 2^53. */
  uint64 = (): number => Number(this.#view.getBigUint64(this.#take(8), true));

  bytes(count: number): Uint8Array {
    if (count < 0) throw this.broken('a length is negative');
    const began = this.#take(count);
    return this.#of.subarray(began, began + count);
  }

  text(count: number): string {
    const bytes = this.bytes(count);
    try {
      return utf8.decode(bytes);
    } catch {
      // Python takes lone surrogates, too; no name of the list has one.
      return '\u{FFFD}';
    }
  }

  line(): string {
    const end = this.#of.indexOf(newline, this.#at);
    if (end < 0) throw this.broken('it is cut, or says a length that it does not have');
    const text = this.text(end - this.#at);
    this.#take(1);
    return text;
  }

  frame(length: number): void {
    if (this.#frame > this.#at) throw this.broken('a frame begins within another');
    if (length > this.left) throw this.broken('it is cut, or says a length that it does not have');
    this.#frame = this.#at + length;
  }

  /** What stands between frames: the numbers of an array, another pickle; Python has taken the whole of a frame from the file. */
  between(otherwise: string): void {
    if (this.#frame > this.#at) throw this.broken(otherwise);
    this.#frame = 0;
  }
}
