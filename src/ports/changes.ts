import type { Columns } from '../columns/index.ts';
import type { Difference } from './differences.ts';
import type { IncomingChunk } from './incoming.ts';

/** Columns that a reader of changes adds to those of its source. */
export const added = Object.freeze({
  /** The row is gone; its other values are those by which it was known. */
  deleted: '_deleted',
  /** When it was committed; of the changes of a job each is a microsecond after the one before, at least. */
  synced: '_synced_at',
  /** Where the transaction was committed in the log. */
  lsn: '_lsn',
  committed: '_committed_at',
  /** `snapshot`, `insert`, `update`, `delete`, `truncate`. */
  operation: '_operation',
});

/**
 * Columns that rows have on their way only, beside those of their table. `kept`: names, each followed by a line break, of columns whose value is what it
 * was before; `others`: the same of names within the column that has what the table holds besides. `moved`: this row deletes the one that the next one is,
 * under another key.
 */
export const onTheWay = Object.freeze({ kept: '#kept', others: '#others', moved: '#moved' });

/** A table whose changes are followed. */
export interface CapturedTable {
  /** `catalog.schema.table` of where they land. */
  readonly step: string;
  /** As the database calls it. */
  readonly place: string;
  /** Of the source, with those that the reader adds. */
  readonly columns: Columns;
  /** Which of them has what the table holds besides, as a JSON object. */
  readonly extra?: string;
  readonly refusesNew?: boolean;
  /** Where the source is written, for people. */
  readonly written: string;
}

/** What has been landed of a table: every change committed up to there, of that server's database. */
export interface Landed {
  readonly position: bigint;
  readonly system: string;
}

/** How far the changes are from where they are read. */
export interface ChangeFigures {
  /** Up to where the log has been written. */
  readonly written: bigint;
  /** Bytes of the log that the server keeps for this reader. */
  readonly retainedBytes: number;
  /** How many more it may keep before the reader loses its place; absent where there is no limit. */
  readonly leftBytes?: number;
  /** Somebody follows it now. */
  readonly isFollowed: boolean;
  /** The reader has lost its place. */
  readonly isLost: boolean;
}

/** What has come to be landed together. */
export interface ToLand {
  /** Everything committed up to there is among what has been given, or was landed before. */
  readonly position: bigint;
  /** Of these tables alone: a snapshot. Otherwise of all. */
  readonly of?: readonly string[];
  readonly rows: number;
  /** By step: columns by which a row is found again; none where nothing of it says. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** When the newest transaction of it was committed. */
  readonly committedAt?: Temporal.Instant;
  /** In what tables are not what their sources declare, by step. */
  readonly differences: ReadonlyMap<string, readonly Difference[]>;
  /** Of a snapshot: what has been landed before, and is not in it, is gone. */
  readonly others?: Emptied;
}

/** Rows of a table that are gone without each being named. */
export interface Emptied {
  /** Of the rows by which they are said to be gone: this, and a number after it. */
  readonly identity: string;
  /** Microseconds since 1970: of all of them, as each has a key of its own. */
  readonly synced: bigint;
  readonly lsn: bigint;
  /** The same; absent of a snapshot. */
  readonly committed?: bigint;
}

/** Takes what comes. Rows are to be taken at once: their memory is used again. */
export interface ChangeTaker {
  rows(step: string, chunk: IncomingChunk): void;
  /** In the order of the rows: those given before are gone. */
  emptied(step: string, how: Emptied): void;
  /** Nothing more comes until it is fulfilled; when it is, the server is told that it may forget. */
  land(what: ToLand): Promise<void>;
}

export interface Following {
  /** By step. */
  readonly landed: ReadonlyMap<string, Landed>;
  /** The greatest `_synced_at` that has been landed, in microseconds. */
  readonly clock: bigint;
  /** It ends when everything up to there is landed; without it, it does not end. */
  readonly until?: bigint;
  /** Somebody waits until everything up to there is landed. */
  awaited?(): bigint | undefined;
  /** So many changes, or so many milliseconds after the first, are landed together, always of whole transactions. */
  readonly together: { readonly changes: number; readonly milliseconds: number };
}

/** The changes of tables of one database, in the order in which they were committed. */
export interface Changes {
  /** For people. */
  readonly describe: string;
  /** What the reader's place is called in the database. */
  readonly name: string;
  /**
   * Makes what is missing for them to be followed, and says which database it is. With `anew` a place that is there, or was lost, is given up: every table
   * needs another snapshot. Throws REPLICATION_REFUSED, SLOT_IN_USE, CHANGES_LOST, SOURCE_DRIFTED.
   */
  prepare(landed: ReadonlyMap<string, Landed>, options: { readonly anew: boolean }): Promise<Prepared>;
  /** Gives every row of these tables as they all were at one moment, to be landed together. */
  snapshot(steps: readonly string[], taker: ChangeTaker, options: SnapshotOptions): Promise<void>;
  /** Follows the changes; throws when the connection ends, unless it was the signal that ended it. */
  follow(following: Following, taker: ChangeTaker, signal: AbortSignal): Promise<void>;
  /** What the database would refuse, each with what makes it say otherwise; nothing when the tables can be followed. Changes nothing. */
  refusals(): Promise<readonly { readonly what: string; readonly next: string }[]>;
  /** Absent where the reader has no place there. */
  figures(): Promise<ChangeFigures | undefined>;
  /** Gives the place up, and what belongs to it. False where there is none. */
  drop(): Promise<boolean>;
  close(): Promise<void>;
}
export interface Prepared {
  /** Which server, and which database of it. */
  readonly system: string;
  /** Up to where its log has been written. */
  readonly now: bigint;
  /** What was made, for people. */
  readonly made: readonly string[];
}
export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** Told now and then while a table is read. */
  onRead(place: string, rows: number): void;
  /** As of `Following`. */
  readonly clock: bigint;
}
