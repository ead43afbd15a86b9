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

/** Keeps what a query gives as a Parquet file, and gives columns of that file. */
export async function vectors(
  engine: Engine,
  query: string,
  { columns, file, signal }: Parameters<Warehouse['vectors']>[1],
): Promise<Vectors> {
  await engine.attachAll();
  return await engine.use(async (session) => {
    try {
      await session.run(`copy (${query}\n) to ${literal(file)} (format parquet)`);
      const rows = await session.number(`select count(*) from read_parquet(${literal(file)})`);
      return { rows, columns: await read(session, { columns, file, rows }) };
    } catch (error) {
      throw ofStatement(error, (said) => said, engine.memoryLimit);
    }
  }, signal);
}

/** NULL is NaN on the way: a vector of numbers is copied as a whole, and what is not there is found afterwards. */
function asked(name: string, { facts }: Column<unknown>): string {
  const own = identifier(name);
  if (facts.kind === 'boolean') return `case when ${own} then 1e0 when not ${own} then 0e0 else 'nan'::double end`;
  if (numeric.has(facts.kind)) return `coalesce(cast(${own} as double), 'nan'::double)`;
  return `cast(${own} as varchar)`;
}

async function read(
  session: Session,
  { columns, file, rows }: { readonly columns: Columns; readonly file: string; readonly rows: number },
): Promise<Vectors['columns']> {
  return await vectorsOf(session, { columns, rows, from: `read_parquet(${literal(file)})` });
}

/** Of so many a column knows which it has already: to grow such a map further takes tenths of a second in which nothing else is done. */
const fewTexts = 50_000;

/** Columns of a relation that has so many rows, in their order. With `mayRepeat` a word of which there are very many may be there more than once. */
export async function vectorsOf(
  session: Session,
  {
    columns,
    from,
    rows,
    mayRepeat = false,
  }: { readonly columns: Columns; readonly from: string; readonly rows: number; readonly mayRepeat?: boolean },
): Promise<Vectors['columns']> {
  const entries = Object.entries<Columns[string]>(columns);
  const collectors = entries.map(([, { facts }]) =>
    numeric.has(facts.kind) || facts.kind === 'boolean'
      ? new Numbers(rows, facts.kind === 'boolean')
      : new Texts(rows, mayRepeat),
  );
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
    found[name] = (collectors[index] as Numbers | Texts).vector();
    if (rows > fewTexts) await others();
  }
  return found;
}

class Numbers {
  readonly #values: Float64Array;
  readonly #areBooleans: boolean;
  constructor(rows: number, areBooleans: boolean) {
    this.#values = new Float64Array(rows);
    this.#areBooleans = areBooleans;
  }
  take(chunk: DuckDBDataChunk, column: number, at: number): void {
    const { items } = chunk.getColumnVector(column) as unknown as { readonly items: Float64Array };
    this.#values.set(items.subarray(0, chunk.rowCount), at);
  }
  vector(): Vector {
    const values = this.#values;
    const valid = values.some(Number.isNaN)
      ? { valid: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : 1)) }
      : {};
    if (!this.#areBooleans) return { of: 'numbers', values, ...valid };
    return { of: 'booleans', values: Uint8Array.from(values), ...valid };
  }
}

class Texts {
  readonly #codes: Int32Array;
  readonly #words: string[] = [];
  readonly #codeOf = new Map<string, number>();
  readonly #most: number;
  constructor(rows: number, mayRepeat: boolean) {
    this.#codes = new Int32Array(rows);
    this.#most = mayRepeat ? fewTexts : Number.POSITIVE_INFINITY;
  }
  take(chunk: DuckDBDataChunk, column: number, at: number): void {
    const vector = chunk.getColumnVector(column);
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
  vector(): Vector {
    return { of: 'texts', codes: this.#codes, words: this.#words };
  }
}
