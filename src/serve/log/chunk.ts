import { type ReadFeature, type ReadRows, rowReader } from '../model/readers.ts';
import type { Logged } from '../parts.ts';
import { type Layout, line, type Own } from './layout.ts';
import type { Bytes } from './parquet/bytes.ts';
import { Group, type Values } from './parquet/column.ts';
import { putBits } from './parquet/levels.ts';
import { ranks } from './rank.ts';

/** What takes the numbers out of rows: made once for a log, as it is code of its own. */
export interface Readers {
  readonly rows: ReadRows;
  readonly outputs: ReadRows;
  /** How many of the numbers are of the rows. */
  readonly fromRows: number;
}
export function readersOf({ numbers }: Layout): Readers {
  const of = (from: Own['from']) =>
    numbers.filter((one) => one.from === from).map(({ stored: { name } }): ReadFeature => ({ name, kind: 'number' }));
  return {
    rows: rowReader(of('rows'), numbers.length),
    outputs: rowReader(of('outputs'), numbers.length),
    fromRows: of('rows').length,
  };
}

type Row = Readonly<Record<string, unknown>>;
interface Request {
  readonly id: string;
  readonly at: bigint;
  readonly version: string;
  readonly role: string;
  readonly share: number;
  readonly rows: number;
}

/** Rows that wait to be written, in typed columns. */
export class Chunk {
  readonly #layout: Layout;
  readonly #requests: Request[] = [];
  readonly #others: unknown[][];
  readonly #readers: Readers;
  #ranks = new Int32Array(256);
  #block: Float64Array;
  rows = 0;
  /** What they take, nearly. */
  bytes = 0;

  constructor(layout: Layout, readers: Readers) {
    this.#layout = layout;
    this.#readers = readers;
    this.#others = layout.others.map(() => []);
    this.#block = new Float64Array(256 * layout.numbers.length);
  }

  add({ id, at, version, role = 'champion', rows, outputs }: Logged, share: number): void {
    const count = Math.min(rows.length, outputs.length);
    if (count === 0) return;
    const { numbers, others, score } = this.#layout;
    this.#reserve(this.rows + count);
    this.#ranks.set(ranks(outputs.slice(0, count), score), this.rows);
    const width = numbers.length;
    const into = this.#block.subarray(this.rows * width);
    this.#readers.rows(rows, 0, count, into);
    this.#readers.outputs(outputs, 0, count, into.subarray(this.#readers.fromRows));
    let kept = 0;
    for (const [index, { stored, from, kind }] of others.entries()) {
      const of = from === 'rows' ? rows : outputs;
      const into = this.#others[index] as unknown[];
      for (let row = 0; row < count; row += 1) {
        const value = storable(kind, (of[row] as Row)[stored.name]);
        into.push(value);
        kept += typeof value === 'string' ? 2 * value.length : 8;
      }
    }
    this.#requests.push({ id, at: BigInt(Math.floor(at * 1000)), version, role, share, rows: count });
    this.rows += count;
    this.bytes += count * (width * 8 + 4) + kept + 128 + 2 * id.length;
  }

  #reserve(rows: number): void {
    const width = this.#layout.numbers.length;
    if (rows <= this.#ranks.length) return;
    const room = Math.max(rows, this.#ranks.length * 2);
    const [places, block] = [new Int32Array(room), new Float64Array(room * width)];
    places.set(this.#ranks.subarray(0, this.rows));
    block.set(this.#block.subarray(0, this.rows * width));
    this.#ranks = places;
    this.#block = block;
  }

  /** Empty again, with its room. */
  clear(): void {
    this.#requests.length = 0;
    for (const one of this.#others) one.length = 0;
    this.rows = 0;
    this.bytes = 0;
  }

  /** The rows as a group of a file, and what its end says of them. `from` is where in the file the group will stand. */
  write(to: Bytes, from: number): Buffer {
    const { rows } = this;
    const { stored, numbers, others } = this.#layout;
    const group = new Group(to, { from, columns: stored.length });
    group.put(
      line.request,
      this.#runs(({ id }) => id, putText),
    );
    group.put(
      line.at,
      this.#runs(({ at }) => at, putBigint),
    );
    const places = bytesOf(this.#ranks.subarray(0, rows));
    group.put(line.rank, { rows, put: (into) => into.put(places), size: places.length });
    group.put(
      line.version,
      this.#runs(({ version }) => version, putText),
    );
    group.put(
      line.role,
      this.#runs(({ role }) => role, putText),
    );
    group.put(
      line.share,
      this.#runs(({ share }) => share, putDouble),
    );
    for (const [index, own] of numbers.entries()) group.put(own.stored, this.#numbers(own, index));
    for (const [index, own] of others.entries())
      group.put(own.stored, valuesOf(own, this.#others[index] as readonly unknown[]));
    return group.end(rows);
  }

  #runs<Value>(of: (request: Request) => Value, put: (to: Bytes, value: Value) => void): Values {
    const values: Value[] = [];
    const runs: number[] = [];
    for (const request of this.#requests) {
      const value = of(request);
      if (values.length > 0 && values.at(-1) === value) runs[runs.length - 1] = (runs.at(-1) ?? 0) + request.rows;
      else {
        values.push(value);
        runs.push(request.rows);
      }
    }
    return { rows: this.rows, runs, put: putEach(values, put) };
  }

  #numbers({ kind }: Own, index: number): Values {
    const width = this.#layout.numbers.length;
    const block = this.#block;
    const { rows } = this;
    const found = index % abreast === 0 ? this.#gather(index) : roomy;
    const start = (index % abreast) * rows;
    const isWhole = kind === 'integer';
    let count = 0;
    for (let row = 0; row < rows; row += 1) {
      const value = found[start + row] as number;
      if (isWhole ? !Number.isSafeInteger(value) : Number.isNaN(value)) continue;
      found[start + count] = value;
      count += 1;
    }
    const isThere = (row: number): boolean => {
      const value = block[row * width + index] as number;
      return isWhole ? Number.isSafeInteger(value) : !Number.isNaN(value);
    };
    const values = found.subarray(start, start + count);
    const put = (to: Bytes): void => to.put(bytesOf(isWhole ? wholes(values) : values));
    return { rows, isThere: count === rows ? undefined : isThere, put, size: count * 8 };
  }

  /** Some columns from one on, each whole, one after the other. */
  #gather(first: number): Float64Array {
    const { rows } = this;
    const width = this.#layout.numbers.length;
    const block = this.#block;
    const count = Math.min(abreast, width - first);
    const found = room(rows * abreast);
    for (let row = 0, from = first; row < rows; row += 1, from += width)
      for (let index = 0, to = row; index < count; index += 1, to += rows) found[to] = block[from + index] as number;
    return found;
  }
}

/** Columns that are taken out of the block at once: as many as stand in one line of the processor's cache. */
const abreast = 8;

const microsOf = (at: Temporal.Instant): bigint => {
  const nanos = at.epochNanoseconds;
  const micros = nanos / 1000n;
  return nanos % 1000n < 0n ? micros - 1n : micros;
};

let roomy = new Float64Array(4096);
const room = (count: number): Float64Array => {
  if (roomy.length < count) roomy = new Float64Array(count * 2);
  return roomy;
};

/** As 64 bits, without a bigint for each. */
function wholes(values: Float64Array): Int32Array {
  const halves = new Int32Array(values.length * 2);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    halves[index * 2] = value % 2 ** 32;
    halves[index * 2 + 1] = Math.floor(value / 2 ** 32);
  }
  return halves;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

const putEach =
  <Value>(values: readonly Value[], put: (to: Bytes, value: Value) => void) =>
  (to: Bytes): void => {
    for (const value of values) put(to, value);
  };
const putText = (to: Bytes, value: string): void => to.text(value);
function putBigint(to: Bytes, value: bigint): void {
  const { held, at } = to.take(8);
  held.writeBigInt64LE(value, at);
}
function putDouble(to: Bytes, value: number): void {
  const { held, at } = to.take(8);
  held.writeDoubleLE(value, at);
}
function putInt32(to: Bytes, value: number): void {
  const { held, at } = to.take(4);
  held.writeInt32LE(value, at);
}

/** A copy that stays as it is; what is not of its kind is missing. */
function storable(kind: Own['kind'], value: unknown): unknown {
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'bigint':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value ? value : null;
    case 'date':
      return value instanceof Temporal.PlainDate ? value.since('1970-01-01').days : null;
    case 'timestamp':
      return value instanceof Temporal.Instant ? microsOf(value) : null;
    case 'list':
    case 'json':
      return value === undefined || value === null ? null : jsonOf(value);
    default:
      return typeof value === 'string' ? value : null;
  }
}
const jsonOf = (value: unknown): string | null => {
  try {
    return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) ?? null;
  } catch {
    return null;
  }
};

function valuesOf({ stored: { as, means } }: Own, all: readonly unknown[]): Values {
  const there: readonly unknown[] = all.filter((one) => one !== null);
  const rows = all.length;
  const isThere = there.length === rows ? undefined : (row: number): boolean => all[row] !== null;
  if (as === 'boolean')
    return { rows, isThere, put: (to) => putBits(to, there.length, (index) => there[index] === true) };
  if (as === 'int64') return { rows, isThere, put: putEach(there as readonly bigint[], putBigint) };
  if (means === 'date') return { rows, isThere, put: putEach(there as readonly number[], putInt32) };
  return { rows, isThere, put: putEach(there as readonly string[], putText) };
}
