import type { Socket } from 'node:net';
import type pg from 'pg';
import type { IncomingChunk } from '../../ports/index.ts';
import { int32, uint16 } from './values/bytes.ts';
import type { Rows } from './values/rows.ts';

/** What a message of the server begins with. */
const message = { copyData: 0x64, copyOut: 0x48, copyDone: 0x63 } as const;
/** A byte that says which message, and four that say how long it is, themselves among them. */
const head = 5;
/** The signature with which a copy begins; flags and the length of an extension follow. */
const signature = 11;
/** In place of the number of fields, after the last row. */
const noMore = 0xffff;

type Listener = (bytes: Buffer) => void;
/** What the client of `pg` has of its connection, though its types do not say so. */
interface Wire {
  readonly stream: Socket;
  query(text: string): void;
}

/** A row's identity. */
export type Identify = (bytes: Buffer, starts: Int32Array, lengths: Int32Array) => string;

interface Copying {
  readonly text: string;
  readonly fields: number;
  readonly rows: Rows;
  readonly identify: Identify;
}

/**
 * `COPY … TO STDOUT (FORMAT binary)`, read straight from the connection: while it goes, the messages with rows do not take the way through the client,
 * where each would be an object and an event, and the server waits while nobody takes what has come. To be given to `client.query`, which calls what is
 * called `submit` and `handle…`.
 */
export class Copy {
  readonly #of: Copying;
  #stream: Socket | undefined;
  #usual: readonly Listener[] = [];
  /** Come, and not looked at; at most one piece but at the end. */
  readonly #pieces: Buffer[] = [];
  #isOver = false;
  #failure: unknown;
  #hasBegun = false;
  #hasEnded = false;
  #wake: () => void = () => {};
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;

  constructor(of: Copying) {
    this.#of = of;
    this.#starts = new Int32Array(of.fields);
    this.#lengths = new Int32Array(of.fields);
  }

  // ---- what the client calls ----
  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire; // its types lack both
    this.#stream = wire.stream;
    this.#usual = wire.stream.listeners('data') as readonly Listener[];
    wire.stream.removeAllListeners('data');
    wire.stream.on('data', this.#take);
    wire.query(this.#of.text);
  }
  handleError(error: unknown): void {
    this.#failure ??= error;
    this.#end();
  }
  handleReadyForQuery(): void {
    this.#end();
  }
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCommandComplete(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}

  readonly #take: Listener = (bytes) => {
    this.#pieces.push(bytes);
    this.#stream?.pause();
    this.#wake();
  };

  /** The client hears again what comes. */
  #giveBack(): void {
    this.#stream?.off('data', this.#take);
    for (const listener of this.#usual) this.#stream?.on('data', listener);
    this.#usual = [];
    this.#stream?.resume();
  }
  #end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** More bytes; nothing where the server has said all, or the connection is gone. */
  async #more(): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece || this.#isOver) return piece;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      this.#stream?.resume();
      await promise;
    }
  }

  /** Chunk after chunk; each is good until the next. */
  async *chunks(): AsyncGenerator<IncomingChunk> {
    const { rows } = this.#of;
    /** The beginning of a message whose end has not come; how long it will be, where that is known. */
    let waiting: Buffer[] = [];
    let have = 0;
    let wanted = head;
    try {
      for (;;) {
        const piece = await this.#more();
        if (!piece) break;
        waiting.push(piece);
        have += piece.length;
        if (have < wanted) continue;
        const bytes = waiting.length === 1 ? piece : Buffer.concat(waiting, have);
        let at = 0;
        wanted = head;
        while (at + head <= bytes.length) {
          const size = 1 + int32(bytes, at + 1);
          if (at + size > bytes.length) {
            wanted = size;
            break;
          }
          if (bytes[at] === message.copyData) this.#row(bytes, at + head, at + size);
          else if (bytes[at] !== message.copyOut && bytes[at] !== message.copyDone)
            for (const listener of this.#usual) listener(bytes.subarray(at, at + size));
          at += size;
          if (rows.isFull) yield rows.take();
        }
        waiting = at < bytes.length ? [bytes.subarray(at)] : [];
        have = bytes.length - at;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (!this.#hasEnded) throw new Error('Connection terminated in the middle of a copy');
      if (rows.count > 0) yield rows.take();
    } finally {
      this.#giveBack();
    }
  }

  /** A message has a row; the first begins with the signature. */
  #row(bytes: Buffer, from: number, until: number): void {
    let at = from;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      at += signature + 8 + int32(bytes, at + signature + 4);
      if (at >= until) return;
    }
    const count = uint16(bytes, at);
    if (count === noMore) {
      this.#hasEnded = true;
      return;
    }
    at += 2;
    const [starts, lengths] = [this.#starts, this.#lengths];
    for (let index = 0; index < count; index += 1) {
      const length = int32(bytes, at);
      at += 4;
      starts[index] = at;
      lengths[index] = length;
      if (length > 0) at += length;
    }
    this.#of.rows.add(bytes, starts, lengths, this.#of.identify(bytes, starts, lengths));
  }
}
