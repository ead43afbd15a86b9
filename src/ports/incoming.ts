import { type ColumnFacts, type Columns, col } from '../columns/index.ts';
import type { Difference } from './differences.ts';
import type { FoundThere } from './found-there.ts';
import type { Span } from './span.ts';

/**
 * How the values of a column wait in memory, little-endian. `flags`: a byte each. `days`: 32 bits, since 1970. `whole`: 64 bits (whole numbers; microseconds
 * since 1970 in UTC; a decimal of up to 18 digits, without its point). `wide`: 128 bits, a longer decimal. `doubles`: 64 bits. `texts`: UTF-8.
 */
export type Carried = 'flags' | 'days' | 'whole' | 'wide' | 'doubles' | 'texts';

/** Which one follows from what the column is. */
export function carriedAs({ kind, of }: ColumnFacts): Carried {
  switch (kind) {
    case 'boolean':
      return 'flags';
    case 'date':
      return 'days';
    case 'integer':
    case 'bigint':
    case 'timestamp':
      return 'whole';
    case 'decimal':
      return (of as readonly [number, number])[0] > 18 ? 'wide' : 'whole';
    case 'real':
      return 'doubles';
    case 'text':
    case 'duration':
    case 'list':
    case 'json':
      return 'texts';
  }
}

export interface IncomingColumn {
  readonly carried: Carried;
  /** One value after the other; where there is none, anything. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Of texts: where each ends in `data`; it begins where the one before has ended. */
  readonly ends: Uint32Array<ArrayBuffer>;
  /** A bit for each row, the lowest first: whether it has a value. Of 64 rows together, though there be fewer. */
  readonly valid: Uint8Array<ArrayBuffer>;
  /** Some row has none. */
  readonly nulls: boolean;
}

/** A row with values that are not of their columns' kinds. */
export interface Unread {
  readonly row: number;
  readonly columns: readonly string[];
  /** All of it as JSON, as its producer has it. */
  readonly original: string;
}

/** So many rows at most are in a chunk. */
export const chunkRows = 2048;

/** Rows, column by column. Its memory is used again: it says what it says until the next is asked for. */
export interface IncomingChunk {
  readonly count: number;
  /** In the order of the input's columns. */
  readonly columns: readonly IncomingColumn[];
  /** `_rid` of each row. */
  readonly identities: IncomingColumn;
  readonly unread: readonly Unread[];
}

/** Columns of chunks whose rows are messages. Without a text it says that the row of its key is gone. Those of a part stand in an order, by their place. */
export const messageColumns = Object.freeze({
  text: col.text().optional(),
  key: col.text().optional(),
  sent: col.timestamp(),
  part: col.bigint(),
  place: col.bigint(),
}) satisfies Columns;

/** Columns of a source that its messages have beside those of their text. */
export const sentColumns = Object.freeze({
  ...{ key: '_key', sent: '_sent_at', deleted: '_deleted' },
  ...{ part: '_partition', place: '_offset' },
});

/** What comes are messages: of each the text is read as a line of JSON is. */
export interface Messages {
  /** The column that the key says where the text does not. */
  readonly key?: string;
  /** Rows of these times alone; one of which the column says nothing is of the time at which it was sent. */
  readonly within?: { readonly column: string; readonly spans: readonly Span[] };
}

/** A reading that has begun. */
export interface Incoming {
  /** The columns of its chunks are `messageColumns`, not those of the source. */
  readonly messages?: Messages;

  /** Where the rows come from, for people: `public.orders`. */
  readonly place: string;
  /** In what the place is not what its source declares. */
  readonly differences: readonly Difference[];
  /** Why it cannot be the source's, in a sentence: it gives no row then. */
  readonly breach?: string;
  /** What a person should know of what is read, each in a sentence. */
  readonly told?: readonly string[];
  /** Several rows may have one identity: they are numbered, `#2` for the second. */
  readonly repeats: boolean;
  readonly chunks: AsyncIterable<IncomingChunk>;
  /** To be called once, read to its end or not. */
  close(): Promise<void>;
}

/** Rows that come from outside, to be read as a relation before the transaction begins. */
export interface IncomingInput {
  /** The relation's name in the body. */
  readonly relation: string;
  readonly source: string;
  readonly columns: Columns;
  /** Which of the columns has what the place holds besides them, as a JSON object. */
  readonly extra?: string;
  readonly refusesNew?: boolean;
  /** What breaks the contract fails the step, which says where the source is written; without this it is left out. */
  readonly breach?: { readonly written: string };
  /** The signal ends it: whoever reads gets an error then. */
  open(signal?: AbortSignal): Promise<Incoming>;
}

/** A table elsewhere, as its reader names it. */
export interface SourceTable {
  readonly by: string;
  readonly options: Readonly<Record<string, string>>;
  /** `source sales.orders, definitions/sales.ts:3`, for people. */
  readonly where: string;
  /** Another is read when this one cannot be reached: it is not waited for. */
  readonly hasOther?: boolean;
}

/** Which rows of a table, and what of them. */
export interface TableAsked extends Pick<IncomingInput, 'columns' | 'extra' | 'refusesNew'> {
  /** What is new, by the parts of the table. */
  readonly piece?: ReadonlyMap<string, Piece>;
  /** With what is new, the rows up to the upper bound whose column is not before this. */
  readonly back?: { readonly column: string; readonly from: Temporal.PlainDate | Temporal.Instant };
  /** The rows of these times alone, where the column of the table is a time; else all. */
  readonly within?: {
    readonly column: string;
    readonly spans: readonly Span[];
    /** What `spanned` said of the newest span that was read. */
    readonly known?: ReadonlyMap<string, bigint>;
  };
  /** The rows of which the column has one of these values, so many of them in one request. */
  readonly matching?: { readonly column: string; readonly values: readonly string[]; readonly batch: number };
  /** The identity says which row it is, or which version of it. */
  readonly identity: 'row' | 'version';
}

/** Rows whose cursor is within both, and those of which it says nothing. Without the lower one all up to the upper. */
export interface Piece {
  readonly lower?: bigint;
  readonly upper: bigint;
}

/** How far the cursor of a table has come. */
export interface TableReach {
  /** By part; a table that has none is one, without a name. What is up to there will not grow, as far as the server can say. */
  readonly uppers: ReadonlyMap<string, bigint>;
  /** They hold, though one that was taken before was greater: of a clock that may have been set back they do not. */
  readonly mayGoBack?: boolean;
  /** Rows wait that are there already; why, in a sentence. */
  readonly waits?: string;
}

/** Tables of one step, each server's as of one moment. */
export interface TableSnapshot {
  reach(table: SourceTable, signal?: AbortSignal): Promise<TableReach>;
  /** Why not all rows of that time are there any more, in a sentence; nothing where they are, or where nothing says. */
  gone?(table: SourceTable, span: Span, known?: ReadonlyMap<string, bigint>): Promise<string | undefined>;
  /**
   * How far it had come when the span began and ended, by part; `until` is the span's end, in milliseconds, of one that goes on its beginning. By it is
   * known later what is gone of the next.
   */
  spanned?(table: SourceTable, span: Span): Promise<ReadonlyMap<string, bigint>>;
  open(table: SourceTable, asked: TableAsked, signal?: AbortSignal): Promise<Incoming>;
  close(): Promise<void>;
}

/** Where tables of sources are read. */
export interface SourceTables {
  /** Readers of this name read tables. */
  has(by: string): boolean;
  begin(): TableSnapshot;
  /** That a table can be read as its source declares it, by one question that is not asked again; else throws what a run would. */
  look(table: SourceTable, asked: Omit<TableAsked, 'identity'>, signal?: AbortSignal): Promise<FoundThere>;
}
