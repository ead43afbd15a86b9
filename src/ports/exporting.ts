import type { Columns, Vector } from '../columns/index.ts';
import type { Place } from './dialect.ts';

/** What is asked of a table that is to be exported; all of it is counted before a row is written. */
export interface Exporting {
  readonly columns: Columns;
  readonly key: string;
  /** Of this machine: a Parquet file is written there, in the order of the key. */
  readonly file: string;
  /** Throws for what is not to be written. */
  judge(counted: Counted): void;
  readonly signal?: AbortSignal;
}
export interface Counted {
  readonly rows: number;
  /** Different keys. */
  readonly keys: number;
  /** About what the rows take in memory, in bytes. */
  readonly bytes: number;
  /** By column, rows without a value; columns without any are left out. */
  readonly missing: Readonly<Record<string, number>>;
}
/** The rows of a table as one publication left them. */
export interface Exported extends Pick<Counted, 'rows' | 'bytes'> {
  readonly sequence: bigint;
  /** Which of the tables of that name it was. */
  readonly generation: string;
  readonly runId: string;
  readonly publishedAt: Temporal.Instant;
}

/** What is asked of a table of which others get a copy. */
export interface Copying {
  readonly columns: Columns;
  /** Columns by which its rows are in order. */
  readonly order: readonly string[];
  /** Of this machine. CSV: a header, RFC 4180, UTF-8; nothing between two commas is NULL, `""` an empty text; days and instants by ISO 8601, in UTC. */
  readonly file: string;
  readonly format: 'csv' | 'parquet';
  readonly signal?: AbortSignal;
}
/** Which rows they were. */
export type Copied = Pick<Exported, 'rows' | 'sequence' | 'generation'>;

/** What a warehouse gives to those who read where there is none. */
export interface Exports {
  /** Writes the rows of a table that steps write to a file, as at one moment; nothing of one that has no publication. */
  exportRows(place: Place, exporting: Exporting): Promise<Exported | undefined>;
  /** The same, of any table: all of its rows as at one moment, for programs of others. */
  copyRows(place: Place, copying: Copying): Promise<Copied | undefined>;
}

/**
 * A column of many rows in memory. Numbers: integers, reals, and days since 1970-01-01. Booleans. Texts: everything else as its text, but instants, as
 * milliseconds since 1970 and microseconds beyond them.
 */
export type InMemory =
  | Vector
  | { readonly of: 'instants'; readonly milliseconds: Vector; readonly microseconds: Float64Array };

export interface RowsInMemory {
  readonly rows: number;
  readonly columns: Readonly<Record<string, InMemory>>;
}

/** Reads what a warehouse has exported, where there is no warehouse. */
export interface ExportReader {
  /** These columns of a Parquet file, piece by piece: nobody else waits for all of it. Throws for what is no such file, or has other columns. */
  read(bytes: Uint8Array, columns: Columns): Promise<RowsInMemory>;
  close(): Promise<void>;
}
