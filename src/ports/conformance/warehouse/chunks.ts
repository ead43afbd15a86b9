import type { Columns } from '../../../columns/index.ts';
import { type Carried, carriedAs, chunkRows, type IncomingChunk, type IncomingColumn } from '../../index.ts';

type Value = string | bigint | boolean | null | undefined;
export type Incoming = Readonly<Record<string, Value>>;

function columnOf(carried: Carried, values: readonly Value[]): IncomingColumn {
  const valid = new Uint8Array(chunkRows / 8);
  const ends = new Uint32Array(chunkRows);
  const whole = new BigInt64Array(chunkRows);
  const texts: Uint8Array[] = [];
  let end = 0;
  for (const [row, value] of values.entries()) {
    if (value !== null && value !== undefined) valid[row >> 3] = (valid[row >> 3] as number) | (1 << (row & 7));
    if (typeof value === 'bigint') whole[row] = value;
    if (typeof value === 'string') {
      const bytes = new TextEncoder().encode(value);
      texts.push(bytes);
      end += bytes.length;
    }
    ends[row] = end;
  }
  const all = new Uint8Array(end);
  let at = 0;
  for (const bytes of texts) {
    all.set(bytes, at);
    at += bytes.length;
  }
  const flags = Uint8Array.from(values, (value) => (value === true ? 1 : 0));
  const data = carried === 'texts' ? all : carried === 'flags' ? flags : new Uint8Array(whole.buffer);
  return { carried, data, ends, valid, nulls: values.some((value) => value === null || value === undefined) };
}

/** Rows as they come from outside; `_rid` is their identity. A time is microseconds since 1970. */
export const chunkOf = (columns: Columns, rows: readonly Incoming[]): IncomingChunk => ({
  count: rows.length,
  columns: Object.entries<Columns[string]>(columns).map(([name, { facts }]) =>
    columnOf(
      carriedAs(facts),
      rows.map((row) => row[name]),
    ),
  ),
  identities: columnOf(
    'texts',
    rows.map(({ _rid }) => _rid),
  ),
  unread: [],
});
