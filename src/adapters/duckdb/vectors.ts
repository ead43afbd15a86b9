import { setImmediate as others } from 'node:timers/promises';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { Column, Columns, Vector } from '../../columns/index.ts';
import type { Vectors, Warehouse } from '../../ports/index.ts';
import type { Engine } from './connection.ts';
import { dialect } from './dialect.ts';
import { ofStatement } from './errors.ts';
import type { Session } from './session.ts';

const { identifier, literal } = dialect;
const numeric = new Set(['integer', 'bigint', 'real', 'decimal']);

/** Gives columns of what a query gives; with a file it is kept there as Parquet, and they are of that file. */
export async function vectors(
  engine: Engine,
  query: string,
  { columns, file, signal }: Parameters<Warehouse['vectors']>[1],
): Promise<Vectors> {
  await engine.attachAll();
  return await engine.use(async (session) => {
    try {
      if (file === undefined) return await vectorsOf(session, { columns, from: `(${query}\n)` });
      await session.run(`copy (${query}\n) to ${literal(file)} (format parquet)`);
      const rows = await session.number(`select count(*) from read_parquet(${literal(file)})`);
      if (Object.keys(columns).length === 0) return { rows, columns: {} };
      return await vectorsOf(session, { columns, rows, from: `read_parquet(${literal(file)})` });
    } catch (error) {
      throw ofStatement(error, (said) => said, engine.memoryLimit);
    }
  }, signal);
}

/** Of a boolean that is NULL. */
const none = 2;
/** NULL is NaN on the way, or two: a vector of numbers is copied as a whole, and what is not there is found afterwards. */
function asked(name: string, { facts }: Column<unknown>): string {
  const own = identifier(name);
  if (facts.kind === 'boolean')
    return `cast(case when ${own} then 1 when not ${own} then 0 else ${none} end as utinyint)`;
  if (numeric.has(facts.kind)) return `coalesce(cast(${own} as double), 'nan'::double)`;
  return `cast(${own} as varchar)`;
}

/** Of so many a column knows which it has already: to grow such a map further takes tenths of a second in which nothing else is done. */
const fewTexts = 50_000;

/** Of a relation that nobody has counted; room for more is made as they come. */
const firstRows = 1 << 16;

/** Columns of a relation in its order, of which it may be known how many rows it has. With `mayRepeat` a word of which there are very many may be there more than once. */
export async function vectorsOf(
  session: Session,
  {
    columns,
    from,
    rows = firstRows,
    mayRepeat = false,
  }: { readonly columns: Columns; readonly from: string; readonly rows?: number; readonly mayRepeat?: boolean },
): Promise<Vectors> {
  const entries = Object.entries<Columns[string]>(columns);
  const collectors = entries.map(([, { facts }]) => {
    if (numeric.has(facts.kind)) return new Numbers(rows);
    return facts.kind === 'boolean' ? new Booleans(rows) : new Texts(rows, mayRepeat);
  });
  const list = entries.map(([name, column]) => asked(name, column)).join(', ');
  const result = await session.connection.stream(`select ${list} from ${from}`);
  let at = 0;
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    session.throwIfCancelled();
    for (const [index, collector] of collectors.entries()) collector.take(chunk, index, at);
    at += chunk.rowCount;
  }
  const found: Record<string, Vector> = {};
  for (const [index, [name]] of entries.entries()) {
    found[name] = (collectors[index] as (typeof collectors)[number]).vector(at);
    if (at > fewTexts) await others();
  }
  return { rows: at, columns: found };
}

type Room = Float64Array<ArrayBuffer> | Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
/** With room for so many rows, and for more than these where it had to be made. */
const roomFor = <A extends Room>(values: A, rows: number): A =>
  rows <= values.length ? values : sized(values, Math.max(rows, 2 * values.length));

/** No longer than so many rows: whoever hands it on hands on no room that is empty. */
function sized<A extends Room>(values: A, rows: number): A {
  if (rows === values.length) return values;
  const of = values.constructor as new (buffer: ArrayBuffer) => A;
  return new of(values.buffer.transfer(rows * values.BYTES_PER_ELEMENT));
}

class Numbers {
  #values: Float64Array<ArrayBuffer>;
  constructor(rows: number) {
    this.#values = new Float64Array(rows);
  }
  take(chunk: DuckDBDataChunk, column: number, at: number): void {
    const { items } = chunk.getColumnVector(column) as unknown as { readonly items: Float64Array };
    this.#values = roomFor(this.#values, at + chunk.rowCount);
    this.#values.set(items.subarray(0, chunk.rowCount), at);
  }
  vector(rows: number): Vector {
    const values = sized(this.#values, rows);
    return { of: 'numbers', values, ...validOf(values, Number.NaN) };
  }
}

class Booleans {
  #values: Uint8Array<ArrayBuffer>;
  constructor(rows: number) {
    this.#values = new Uint8Array(rows);
  }
  take(chunk: DuckDBDataChunk, column: number, at: number): void {
    const { items } = chunk.getColumnVector(column) as unknown as { readonly items: Uint8Array };
    this.#values = roomFor(this.#values, at + chunk.rowCount);
    this.#values.set(items.subarray(0, chunk.rowCount), at);
  }
  vector(rows: number): Vector {
    const values = sized(this.#values, rows);
    const valid = validOf(values, none);
    if (valid.valid) for (let row = 0; row < values.length; row += 1) if (values[row] === none) values[row] = 0;
    return { of: 'booleans', values, ...valid };
  }
}

/** Which rows have a value, where some have what stands for none. */
function validOf(values: Float64Array | Uint8Array, missing: number): { readonly valid?: Uint8Array<ArrayBuffer> } {
  if (!values.includes(missing)) return {};
  const valid = new Uint8Array(values.length);
  for (let row = 0; row < values.length; row += 1) valid[row] = Object.is(values[row], missing) ? 0 : 1;
  return { valid };
}

class Texts {
  #codes: Int32Array<ArrayBuffer>;
  readonly #words: string[] = [];
  readonly #codeOf = new Map<string, number>();
  readonly #most: number;
  constructor(rows: number, mayRepeat: boolean) {
    this.#codes = new Int32Array(rows);
    this.#most = mayRepeat ? fewTexts : Number.POSITIVE_INFINITY;
  }
  take(chunk: DuckDBDataChunk, column: number, at: number): void {
    const vector = chunk.getColumnVector(column);
    this.#codes = roomFor(this.#codes, at + chunk.rowCount);
    for (let row = 0; row < chunk.rowCount; row += 1) {
      const text = vector.getItem(row) as string | null;
      this.#codes[at + row] = text === null ? -1 : this.#code(text);
    }
  }
  #code(text: string): number {
    const known = this.#codeOf.get(text);
    if (known !== undefined) return known;
    const code = this.#words.push(text) - 1;
    if (code < this.#most) this.#codeOf.set(text, code);
    return code;
  }
  vector(rows: number): Vector {
    return { of: 'texts', codes: sized(this.#codes, rows), words: this.#words };
  }
}
