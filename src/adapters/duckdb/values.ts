import {
  DuckDBArrayValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  type DuckDBResult,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTypeId,
  DuckDBUnionValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import './decoding.ts';
import type { Columns, Kind } from '../../columns/index.ts';
import type { DescribedColumn, QueryResult } from '../../ports/index.ts';

export { appendedType, appendRow } from './append.ts';

type Convert = (value: DuckDBValue) => unknown;

const same: Convert = (value) => value;
const asText: Convert = (value) => String(value);
const asNumber: Convert = (value) => Number(value);
/** A number where it is exact, else a bigint. */
const whole: Convert = (value) => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** Days repeat: most of a column's are made once. */
const epoch = new Temporal.PlainDate(1970, 1, 1);
const mostDays = 10_000;
const days = new Map<number, Temporal.PlainDate>();
/** What Temporal cannot hold (infinity, years beyond 271821) is given as the engine's text. */
const otherwise = (value: object, convert: () => unknown): unknown => {
  try {
    return convert();
  } catch {
    return String(value);
  }
};
const infinite = (after: boolean): string => (after ? 'infinity' : '-infinity');
const day: Convert = (value) => {
  const date = value as DuckDBDateValue;
  const known = days.get(date.days);
  if (known) return known;
  if (!date.isFinite) return infinite(date.days > 0);
  return otherwise(date, () => {
    const found = epoch.add({ days: date.days });
    if (days.size >= mostDays) days.clear();
    days.set(date.days, found);
    return found;
  });
};
const instant: Convert = (value) => {
  const at = value as DuckDBTimestampTZValue;
  if (!at.isFinite) return infinite(at.micros > 0n);
  return otherwise(at, () => Temporal.Instant.fromEpochNanoseconds(at.micros * 1000n));
};
/** A clock on some wall: no instant. */
const wall: Convert = (value) =>
  otherwise(value as object, () => Temporal.PlainDateTime.from(String(value).replace(' ', 'T')));

/** Values inside lists and structs. */
function plain(value: DuckDBValue): unknown {
  if (value === null) return null;
  if (typeof value === 'bigint') return whole(value);
  if (typeof value !== 'object') return value;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, of]) => [name, plain(of)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map((entry) => [String(plain(entry.key)), plain(entry.value)]));
  }
  if (value instanceof DuckDBUnionValue) return plain(value.value);
  if (value instanceof DuckDBDateValue) return day(value);
  if (value instanceof DuckDBTimestampTZValue) return instant(value);
  const walls = [
    DuckDBTimestampValue,
    DuckDBTimestampSecondsValue,
    DuckDBTimestampMillisecondsValue,
    DuckDBTimestampNanosecondsValue,
  ];
  return walls.some((one) => value instanceof one) ? wall(value) : String(value);
}

/** Types of which the client gives plain JavaScript values. */
const direct: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.BOOLEAN,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.VARCHAR,
  DuckDBTypeId.ENUM,
]);
/** Nothing is rounded: decimals stay text, whole numbers beyond 2^53 bigint. */
function byType(type: DuckDBTypeId): Convert {
  if (direct.has(type)) return same;
  if (type === DuckDBTypeId.DATE) return day;
  if (type === DuckDBTypeId.TIMESTAMP_TZ) return instant;
  return type === DuckDBTypeId.DECIMAL ? asText : plain;
}
/** Where the column says more than the type: BIGINT holds integers and bigints, JSON is a type of text. */
const byKind: Partial<Record<Kind, Convert>> = {
  integer: asNumber,
  real: asNumber,
  bigint: (value) => BigInt(value as bigint | number),
  list: (value) => (typeof value === 'string' ? JSON.parse(value) : plain(value)),
  json: (value) => (typeof value === 'string' ? JSON.parse(value) : plain(value)),
};

/** The columns of a result, their types as `describe` spells them. */
function columnsOf(result: DuckDBResult): readonly DescribedColumn[] {
  return result.columnNames().map((name, index) => ({
    name,
    type: result.columnLogicalType(index).alias ?? String(result.columnType(index)),
  }));
}

/** Rows a chunk at a time, column by column; values by their declared kind where columns are given, else by their type. */
export async function* readChunks(
  result: DuckDBResult,
  columns: Columns = {},
): AsyncGenerator<readonly (readonly unknown[])[]> {
  const converts = result.columnNames().map((name, index) => {
    const kind = columns[name]?.facts.kind;
    return (kind && byKind[kind]) ?? byType(result.columnTypeId(index));
  });
  // Column by column: a vector is asked for once, not once for each value; of a stream only the chunks that are wanted are made.
  for (let chunk = await result.fetchChunk(); chunk?.rowCount; chunk = await result.fetchChunk()) {
    const count = chunk.rowCount;
    const rows = Array.from({ length: count }, () => new Array<unknown>(converts.length));
    for (const [index, convert] of converts.entries()) {
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < count; row += 1) {
        const value = vector.getItem(row) as DuckDBValue;
        (rows[row] as unknown[])[index] = value === null ? null : convert(value);
      }
    }
    yield rows;
  }
}

/** All rows, or the first of them. */
export async function readRows(
  result: DuckDBResult,
  options: { readonly columns?: Columns; readonly limit?: number } = {},
): Promise<QueryResult> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const rows: (readonly unknown[])[] = [];
  for await (const chunk of readChunks(result, options.columns)) {
    for (const row of chunk) {
      if (rows.length >= limit) return { columns: columnsOf(result), rows, more: true };
      rows.push(row);
    }
  }
  return { columns: columnsOf(result), rows, more: false };
}

/** Rows as objects by column name. */
export async function readObjects(
  result: DuckDBResult,
  columns: Columns,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const names = result.columnNames();
  const { rows } = await readRows(result, { columns });
  return rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
}
