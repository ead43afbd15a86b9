import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Socket } from 'node:net';
import type pg from 'pg';

/** What the client of `pg` has of its connection, though its types do not say so. */
interface Wire {
  readonly stream: Socket;
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  sendCopyFail(why: string): void;
  endCopyFrom(): void;
}

/** `COPY … FROM STDIN` of a file of this machine, a piece of it in memory; to be given to `client.query`, which calls what is called `submit` and `handle…`. */
class CopyIn {
  readonly #text: string;
  readonly #file: string;
  #isOver = false;
  #failure: unknown;
  readonly #done = Promise.withResolvers<void>();

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }
  get done(): Promise<void> {
    return this.#done.promise;
  }
  submit(connection: pg.Connection): void {
    (connection as unknown as Wire).query(this.#text);
  }
  handleCopyInResponse(connection: pg.Connection): void {
    void this.#send(connection as unknown as Wire);
  }
  async #send(wire: Wire): Promise<void> {
    try {
      for await (const chunk of createReadStream(this.#file, { highWaterMark: 1 << 18 })) {
        if (this.#isOver) return;
        wire.sendCopyFromChunk(chunk as Buffer);
        if (wire.stream.writableNeedDrain) await Promise.race([once(wire.stream, 'drain'), this.#done.promise]);
      }
      wire.endCopyFrom();
    } catch (error) {
      if (this.#isOver) return;
      this.#failure = error;
      wire.sendCopyFail('the file cannot be read');
    }
  }
  handleError(error: unknown): void {
    this.#isOver = true;
    this.#done.reject(this.#failure ?? error);
  }
  handleReadyForQuery(): void {
    this.#isOver = true;
    this.#done.resolve();
  }
  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
  handleCopyData(): void {}
}

/** Has the server read a file by a `copy … from stdin`. */
export async function copyIn(client: pg.Client, text: string, file: string): Promise<void> {
  const copying = new CopyIn(text, file);
  client.query(copying as unknown as pg.Submittable);
  await copying.done;
}
