import type pg from 'pg';

/** The places of the values of one row. */
export interface Places {
  count: number;
  starts: Int32Array<ArrayBuffer>;
  lengths: Int32Array<ArrayBuffer>;
}

/** Bytes before the first row: a mark, flags, and the length of what a later version may add. */
const head = 19;

/** Reads the rows of `copy … (format binary)`, however the bytes are cut. */
export class CopyRows {
  readonly #places: Places;
  readonly #onRow: (bytes: Buffer, places: Places) => void;
  #isBegun = false;
  #rest: Buffer | undefined;

  constructor(fields: number, onRow: (bytes: Buffer, places: Places) => void) {
    this.#places = { count: fields, starts: new Int32Array(fields), lengths: new Int32Array(fields) };
    this.#onRow = onRow;
  }

  add(more: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, more]) : more;
    let at = 0;
    if (!this.#isBegun) {
      if (bytes.length < head || bytes.length < head + bytes.readUInt32BE(head - 4)) {
        this.#keep(bytes, 0);
        return;
      }
      this.#isBegun = true;
      at = head + bytes.readUInt32BE(head - 4);
    }
    for (;;) {
      const next = this.#row(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    this.#keep(bytes, at);
  }

  /** Where the row ends; nothing where not all of it is there, or where there is no more. */
  #row(bytes: Buffer, from: number): number | undefined {
    if (bytes.length < from + 2 || bytes.readInt16BE(from) < 0) return undefined;
    const { count, starts, lengths } = this.#places;
    let at = from + 2;
    for (let index = 0; index < count; index++) {
      if (bytes.length < at + 4) return undefined;
      const length = bytes.readInt32BE(at);
      starts[index] = at + 4;
      lengths[index] = length;
      at += 4 + Math.max(0, length);
      if (bytes.length < at) return undefined;
    }
    this.#onRow(bytes, this.#places);
    return at;
  }

  /** The memory is used again by who reads. */
  #keep(bytes: Buffer, at: number): void {
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }
}

/** What node-postgres asks of something that it is to submit. */
interface Beneath {
  query(text: string): void;
  readonly stream: { destroy(): void };
}

/** Carries out `copy … to stdout`; a row is to be taken at once. An error of who takes it ends the connection. */
export function copyOut(client: pg.Client, sql: string, onBytes: (bytes: Buffer) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let connection: Beneath | undefined;
  const submitted = {
    submit(to: Beneath): null {
      connection = to;
      to.query(sql);
      return null;
    },
    handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
      try {
        onBytes(chunk);
      } catch (error) {
        reject(error);
        connection?.stream.destroy();
      }
    },
    handleError: reject,
    handleReadyForQuery: () => resolve(),
    handleCommandComplete() {},
    handleRowDescription() {},
    handleDataRow() {},
    handlePortalSuspended() {},
    handleEmptyQuery() {},
    handleCopyInResponse() {},
  };
  client.query(submitted as unknown as pg.Submittable);
  return promise;
}
