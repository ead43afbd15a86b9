import type { Columns, Judgement } from '../columns/index.ts';
import type { Compared, Comparison } from './comparison.ts';
import type { Delivered } from './delivered.ts';
import type { Dialect, Place } from './dialect.ts';
import type { Drift } from './differences.ts';
import type { QueryPart } from './dissection.ts';
import type { Exports } from './exporting.ts';
import type { Brought, SourceFile } from './files.ts';
import type { IncomingInput } from './incoming.ts';
import type { BackedUp } from './keeping.ts';
import type { LandedBefore, Lander, LandingInto } from './landing.ts';
import type { Learning, PredictedInput } from './learning.ts';
import type { TrainedVersion } from './models.ts';
import type { SmallRows, SmallTable } from './small.ts';

/** Columns that Esteira adds, last, to the tables it writes; which of them a table has depends on how it is written. */
export const hidden = Object.freeze({
  /** Identity of a row among the invalid rows: source file and line, else a hash. */
  row: '_rid',
  /** The producer's row as JSON, where a value could not be read as its column's kind. */
  original: '_original',
  /** Names of the columns whose value could not be read. */
  unread: '_unread',
  /** Sequence number of the run that wrote the row. */
  run: '_run',
  /** Counted per table, one for each publication: what watermarks count in. */
  sequence: '_seq',
});

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
}

/** What the engine's parse tree says of a query that was spelled over empty relations. */
export interface QueryFacts {
  /**
   * One SELECT over one relation without grouping, aggregates, DISTINCT, set operations, LIMIT or joins: each row comes from one row.
   * `from` gives, for each output column, the columns of the relation that its expression names; `star`: it selects `*`.
   */
  readonly projection?: { readonly star: boolean; readonly from: Readonly<Record<string, readonly string[]>> };
  /** It groups, aggregates, numbers or de-duplicates rows somewhere. */
  readonly groups: boolean;
  /** Names, in lower case, that it gives to something else than a column of that name. */
  readonly renamed: readonly string[];
  /** Tables named in its text, and functions in it that read files. */
  readonly tables: readonly string[];
  /** Functions that give another value each time (`now`, `random`, …). */
  readonly unrepeatable: readonly string[];
}

/** A column of a query. */
export interface ColumnOrigins {
  readonly name: string;
  /** `[relation, column]` of all that its expression names; absent where the query does not decide it. */
  readonly from?: readonly (readonly [relation: string, column: string])[];
}

export interface ExistingTable {
  readonly place: Place;
  readonly view: boolean;
  readonly columns: readonly DescribedColumn[];
  /** Of a view: the hash that `create view` was given. */
  readonly definition?: string;
}

/** What set-up does; all of one catalog in one transaction. Nothing of it destroys but what is asked for by name. */
export type Change =
  | { readonly change: 'create schema'; readonly schema: string }
  /** It is given a generation of its own. Where a table of that name was before, its number moves on, and what it had read is forgotten. */
  | {
      readonly change: 'create table';
      readonly place: Place;
      readonly columns: readonly DescribedColumn[];
      readonly about?: string;
      /** It takes the invalid rows of that table: what was recorded of them is forgotten. */
      readonly invalidOf?: Place;
    }
  | { readonly change: 'add column'; readonly place: Place; readonly column: DescribedColumn }
  /** Changes the type in place; `lost` values would not come back equal from it, and with any it is not made. */
  | {
      readonly change: 'retype column';
      readonly place: Place;
      readonly column: DescribedColumn;
      readonly from: string;
      readonly lost: number;
    }
  /** Another type, and no value any more; this and what follows only when somebody has asked for it. */
  | {
      readonly change: 'empty column';
      readonly place: Place;
      readonly column: DescribedColumn;
      readonly from: string;
    }
  | { readonly change: 'drop column'; readonly place: Place; readonly column: string }
  | { readonly change: 'create view'; readonly place: Place; readonly query: string; readonly definition: string }
  /** A table that steps write: gets its fence. */
  | { readonly change: 'register'; readonly place: Place }
  | { readonly change: 'insert'; readonly place: Place; readonly columns: Columns; readonly rows: readonly object[] };

/** Where a catalog stands, read in one go. */
export interface Position {
  /** By target (`schema.table`): the token that last claimed it and its greatest `_seq`. */
  readonly fences: ReadonlyMap<string, { readonly token: bigint; readonly sequence: bigint }>;
  /** By `schema.table`: which of the tables of that name it is. Drawn when it is made, so one that was dropped and made again is another. */
  readonly generations: ReadonlyMap<string, string>;
  /** By target, then source (`catalog.schema.table`, or `files:<source>`): what was read up to. */
  readonly watermarks: ReadonlyMap<string, ReadonlyMap<string, Watermark>>;
  /** By target: its newest publication, if the table has not been made anew since. */
  readonly latest: ReadonlyMap<string, Publication>;
}

/** How far a source was read; that says something only of the table that was read, not of a later one of its name. */
export interface Watermark {
  readonly upper: bigint;
  /** Of the table that was read; of files none. */
  readonly generation?: string;
}

/** A definition, aspect by aspect; `column n`, `rows`, `write` and others, each as text that is equal where nothing has changed. */
export type DefinitionFacts = Readonly<Record<string, string>>;

/** One by which rows were published that may still be there. */
export interface FormerDefinition {
  readonly definition: string;
  /** Absent where they were not kept. */
  readonly facts?: DefinitionFacts;
}

/** Identity of a publication: the same for every attempt and process. */
export interface Batch {
  readonly runId: string;
  readonly runSeq: bigint;
  /** `catalog.schema.table`. */
  readonly step: string;
  readonly part: number;
  readonly token: bigint;
  readonly definition: string;
  readonly settingsHash: string;
  readonly logicalTime: Temporal.Instant;
  /** When the attempt judges, for people to read. */
  readonly at: Temporal.Instant;
  readonly of?: RunOf;
}
/** What a run is of: said with each publication, so that a state that was lost can be made again. */
export interface RunOf {
  readonly job: string;
  readonly date: Temporal.PlainDate;
  readonly zone: string;
  readonly reason: string;
}

/** in = valid + invalid + duplicates + held; valid = inserted + updated + deleted + unchanged + stale. */
export interface Account {
  readonly in: number;
  readonly valid: number;
  readonly invalid: number;
  readonly duplicates: number;
  readonly held: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Valid, but an equal or newer row is held already. */
  readonly stale: number;
}

/** One row of `_esteira.publication`: the only proof that a step happened. */
export interface Publication {
  readonly runId: string;
  readonly step: string;
  readonly part: number;
  readonly runSeq: bigint;
  readonly token: bigint;
  readonly definition: string;
  readonly settingsHash: string;
  readonly mode: string;
  readonly logicalTime: Temporal.Instant;
  readonly publishedAt: Temporal.Instant;
  /** Absent of what an older Esteira has published. */
  readonly of?: RunOf;
  readonly account: Account;
  readonly details: PublicationDetails;
  /**
   * The target's `_seq` after this publication, kept in its row. One more than before when a row was inserted, updated or deleted, or the
   * table was replaced; as before when nothing was (then the fence is touched without counting), so that readers see nothing new.
   */
  readonly sequence: bigint;
}
export interface PublicationDetails {
  /** Rows for which each flag is false; only flags with any. */
  readonly flags: Readonly<Record<string, number>>;
  /** Files that could not be read, and why; they were set aside, the others went on. */
  readonly badFiles: readonly { readonly path: string; readonly why: string }[];
  /** Checks that only warn, and did. */
  readonly warnings: readonly string[];
  /** Files read. */
  readonly files: number;
  /** How files differ from what their sources declare, as it stands after the publication; its own are those that it met first. */
  readonly drift?: readonly Drift[];
  /** Of a model. */
  readonly trained?: TrainedVersion;
  /** Of receipts. */
  readonly delivered?: Delivered;
  /** Of a copy that is a file: its fingerprint, as the store lists it while that file is there. */
  readonly copy?: string;
}

/** What a step read, and up to where; `lower` is absent for a table that was read whole. */
export interface Bound {
  readonly source: string;
  readonly lower?: bigint;
  readonly upper: bigint;
  /** Which table of that name; of files none. */
  readonly generation?: string;
}
/** A rule over a whole row. */
export type RowRule =
  | { readonly flag: string; readonly condition: string }
  | { readonly flag: string; readonly column: string; readonly of: Place; readonly other: string };

/**
 * How valid rows are written. `key` and `latest` (order columns) may be empty: without `latest` two valid rows of one key are KEYS_REPEATED,
 * with it the greatest stays; an append without `latest` keeps every version of a key (rows are the same that say the same), with it each once; a merge without `latest` lets the run's row win over the one that is there.
 */
export interface WriteMode {
  readonly mode: 'replace' | 'append' | 'merge' | 'history' | 'replace each';
  readonly key: readonly string[];
  readonly latest: readonly string[];
  /** The boolean column of rows by which one ends: they leave a merge, end a version of a history, and stay in an append. */
  readonly deleted?: string;
  /** Of an append that keeps such rows: the column that they say beside their key. */
  readonly at?: string;
  /**
   * Of a history, whose `latest` is the one column that says since when: the columns of the time from and until which a version is true. The table beside
   * the target keeps every row, each once by its identity; the target has, for each key, what these say in the order of their time: rows that say the
   * same as the one before are no version of their own, of one time the greatest identity counts, and a deleted row ends the one before.
   */
  readonly versions?: { readonly from: string; readonly until: string };
  /** Of `replace each`: the column whose values are replaced whole, those that rows of the body have, valid or not. */
  readonly each?: string;
}
/** A file as it was when a reader took it in. */
export interface FileRead {
  readonly fingerprint: string;
  /** It gave no row. */
  readonly empty: boolean;
}

/** Files to be read as a relation, before the transaction begins; one that cannot be read is named and left out. */
export interface FileInput {
  /** The relation's name in the body. */
  readonly relation: string;
  readonly source: string;
  readonly columns: Columns;
  readonly files: readonly SourceFile[];
  /** Each file is taken in once: those that could be read are recorded with the step. */
  readonly once: boolean;
  /** Which of the columns has what a file holds besides them, as a JSON object. */
  readonly extra?: string;
  /** A column that is not among them breaks the contract. */
  readonly refusesNew?: boolean;
  /** Columns that nobody misses. */
  readonly unmissed?: readonly string[];
  /** A file that breaks the contract fails the step, which says where the source is written; without this it is set aside. */
  readonly breach?: { readonly written: string };
  /** Whether a file still is what was listed; asked when it has been read. */
  readonly isAsListed?: (file: SourceFile) => Promise<boolean>;
  /** Brings files of elsewhere to where the engine finds them. */
  readonly bring?: (files: readonly SourceFile[]) => Promise<Brought>;
}

/** Where the candidate's rows come from. */
export type Body =
  | { readonly by: 'query'; readonly sql: string }
  | {
      readonly by: 'function';
      readonly sql: string;
      readonly columns: Columns;
      /** Throws a coded error for a row that has unknown names. */
      readonly map: (row: object) => readonly object[];
    };

/** A check, spelled over the target as it would be. */
export interface WriteCheck {
  readonly name: string;
  readonly blocks: boolean;
  /** What its query gives is counted (`none`: must be no row), or is the number itself; account measures need no query. */
  readonly measure: 'rows' | 'invalid share' | 'rows of a query' | 'scalar';
  readonly query?: string;
  readonly sign: '>=' | '<=';
  readonly bound: number;
}

/** Everything a step needs to be published in one transaction. */
export interface StepWrite {
  readonly batch: Batch;
  readonly target: Place;
  readonly columns: Columns;
  readonly body: Body;
  readonly files: readonly FileInput[];
  /** What comes in from elsewhere. */
  readonly incoming?: readonly IncomingInput[];
  /** Made in their order, after those: one may be made of another. */
  readonly predicted?: readonly PredictedInput[];
  /**
   * The body hands on `_rid`, `_original` and `_unread` of the one relation it reads. `reads`: for each column the source's columns whose
   * `_unread` makes its `kind` fail. `original`: that relation, and its row as JSON, for rows whose values all were read. `asRead`: columns that are
   * those of the relation, which was made of files or of what came in for this step: each value is of the column's kind already.
   */
  readonly carried?: {
    readonly reads: Readonly<Record<string, readonly string[]>>;
    readonly asRead?: readonly string[];
    readonly original: { readonly relation: string; readonly json: string };
  };
  /** The body hands on `_rid` alone: each row's identity is that of a row of a table that appends. */
  readonly identity?: boolean;
  /** Columns that the body converts from text: it also gives `_was_<column>`, true where a text was there, so that `kind` fails when the value is NULL. */
  readonly converted: readonly string[];
  /** The table keeps `_original` and `_unread` for those who read it, and does not judge kinds itself. */
  readonly keepsOriginal: boolean;
  readonly mode: WriteMode;
  /** Of `replace each`: a query of its column, for values that are replaced whether the body has rows of them or not. */
  readonly parts?: string;
  /** Of the columns; of a deleted row only those of the key and the order are asked. */
  readonly judgements: readonly Judgement[];
  readonly rules: readonly RowRule[];
  /** Where invalid rows go; absent: one of them fails the step. */
  readonly invalid?: Place;
  readonly checks: readonly WriteCheck[];
  readonly bounds: readonly Bound[];
  /** Rows that were read before may come again: each row's former place is cleared first. */
  readonly reread: boolean;
  /**
   * Everything leaves the table, its invalid rows and what it remembers of deletes first, and the body's rows are all there is: the table gets a
   * generation of its own, as if it had just been made. The ledger says how the invalid rows moved.
   */
  readonly anew?: boolean;
  /** What former publications of the batch's logical time have written leaves first, the invalid rows too. */
  readonly redo?: boolean;
  /** As `redo`, of what runs of these numbers have written; of a merge the invalid rows alone. */
  readonly takesBack?: readonly bigint[];
  /** Others publish to the target under the same token: the body is evaluated before its turn comes, and sees what was there then. */
  readonly ahead?: boolean;
  /** The definition is another than the one before: it is kept with the publication, so that the next change can be told from it. */
  readonly facts?: DefinitionFacts;
  /** Another definition has written what is in the target: a merge asks first whether any of its keys is there more than once (KEYS_REPEATED). */
  readonly redefined?: boolean;
  /** Each row of the body comes from rows that no earlier publication has read: an equal row is another row. */
  readonly fresh: boolean;
  /** Relations as the body reads them that keep `_unread`, where the body cannot hand it on: rows with one are counted and warned of. */
  readonly unreadIn: readonly { readonly source: string; readonly relation: string }[];
  /** Known before anything is read, and kept with what the publication says. */
  readonly told?: Pick<PublicationDetails, 'badFiles' | 'warnings' | 'drift' | 'trained' | 'delivered' | 'copy'>;
  /** Nothing it reads has changed since its last publication with this definition, its watermarks are the bounds: publish an empty account. */
  readonly unchanged: boolean;
}

export interface QueryResult {
  readonly columns: readonly DescribedColumn[];
  /** Values as Temporal, exact strings, bigint, numbers, booleans, null; lists and structs as plain values. */
  readonly rows: readonly (readonly unknown[])[];
  /** There were more rows than asked for. */
  readonly more: boolean;
}

/** What people need to know of an engine before they trust it; `docs/reference/guarantees.md` is kept equal by a test. */
export interface WarehouseCapabilities {
  /** Data, invalid rows, watermark and account are published in one transaction. */
  readonly atomicStep: boolean;
  /** Readers see a table before or after a publication, never between. */
  readonly snapshotReaders: boolean;
  /** One process at a time may have it open. */
  readonly singleProcess: boolean;
  /** Steps of one catalog may be carried out side by side. */
  readonly parallelSteps: boolean;
  /** Tables may keep every version of a row, with the time from and until which it was true. */
  readonly histories: boolean;
  /** Tables may be replaced one value of a column at a time. */
  readonly partitions: boolean;
  /** A table may be compared with that of another environment on the same engine. */
  readonly comparisons: boolean;
}

/** Those of a warehouse that is only looked at. */
export type OtherWarehouse = Pick<Warehouse, 'capabilities' | 'dialect' | 'formerDefinitions' | 'inspect' | 'snapshot'>;

/** Where tables are kept and queries carried out. `docs`: every adapter passes `conformance`. */
export interface Warehouse extends Learning, Exports {
  readonly dialect: Dialect;
  readonly capabilities: WarehouseCapabilities;
  readonly versions: Readonly<Record<string, string>>;
  /** Names and types of what a query gives, without running it; throws QUERY_INVALID with the engine's sentence. */
  describe(query: string): Promise<readonly DescribedColumn[]>;
  examine(query: string): Promise<QueryFacts>;
  /** Where the columns of a query come from; `relations` gives the columns of what it reads, by `catalog.schema.table`. */
  origins(query: string, relations: Readonly<Record<string, readonly string[]>>): Promise<readonly ColumnOrigins[]>;
  /**
   * Takes a query apart and counts: for each of its SELECTs, those that it is made of first, the rows after each table, join and condition. What the
   * engine cannot count by itself is left out.
   */
  dissect(query: string, signal?: AbortSignal): Promise<readonly QueryPart[]>;
  /** Tables and views of a catalog; nothing when the catalog is not there yet. */
  inspect(catalog: string): Promise<readonly ExistingTable[]>;
  /** Of each column how many values would not come back equal from that type; without a type all that are there. */
  losses(
    place: Place,
    columns: readonly { readonly name: string; readonly type?: string }[],
  ): Promise<readonly number[]>;
  /** Creates the catalog and its bookkeeping where they are missing, then makes the changes; all or nothing. */
  change(catalog: string, changes: readonly Change[]): Promise<void>;
  /**
   * Drops tables and views that are there, all or nothing, and forgets what was read for them and what they had set aside; one that is made again is
   * another. Throws FENCED when a fence of them is above the token.
   */
  drop(catalog: string, places: readonly Place[], token: bigint): Promise<void>;
  /** Tries to make each schema, and a table in it, and takes it back; why not, where it cannot. */
  mayCreate(catalog: string, schemas: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
  position(catalog: string): Promise<Position>;
  /** First act of every token: raises the fences of all it will write. Throws FENCED when one is higher. */
  claim(catalog: string, targets: readonly Place[], token: bigint): Promise<void>;
  /** What a run has published to tables that are still there: a publication to one that was made anew since proves nothing. */
  publications(catalog: string, runId: string): Promise<readonly Publication[]>;
  /**
   * Everything that runs with numbers after the one, up to the other, have published, to tables that are no more too. In the order of their numbers.
   */
  published(catalog: string, range: { readonly after: bigint; readonly upTo: bigint }): Promise<readonly Publication[]>;
  /** The same in short: by run, its steps. */
  stepsPublished(
    catalog: string,
    range: { readonly after: bigint; readonly upTo: bigint },
  ): Promise<ReadonlyMap<string, readonly string[]>>;
  /** The greatest token and number of a run that a catalog has seen. */
  greatest(catalog: string): Promise<{ readonly token: bigint; readonly runSeq: bigint }>;
  /** By step: the definitions other than the one with that hash by which what is there was written, the newest first; only steps that have any. */
  formerDefinitions(
    catalog: string,
    now: ReadonlyMap<string, string>,
  ): Promise<ReadonlyMap<string, readonly FormerDefinition[]>>;
  /** Files that a reader has taken in already, by source. */
  filesRead(target: Place, source: string): Promise<ReadonlyMap<string, FileRead>>;
  /** Carries out one step: all of it, or nothing. */
  publish(write: StepWrite, signal?: AbortSignal): Promise<Publication>;
  /** Records of steps of one run, all of one catalog, that nothing they read has changed: in one transaction, or not at all. Throws FENCED. */
  publishUnchanged(writes: readonly StepWrite[], signal?: AbortSignal): Promise<readonly Publication[]>;
  /**
   * Lets work land the rows of a stream for as long as it goes, in as many publications as it makes; the signal ends it. What it has not published when it
   * ends is gone.
   */
  land<Result>(into: LandingInto, work: (lander: Lander) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** What a run has landed in that way before. */
  landed(catalog: string, runId: string, places: readonly Place[]): Promise<LandedBefore>;
  /** A statement by a person: only reads, and is refused (QUERY_NOT_READ_ONLY) when it would not. */
  query(
    statement: string,
    options: { readonly limit: number; readonly catalogs: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<QueryResult>;
  /** Copies columns of a table or view, as it is at one moment, to a file of the engine's own. Only with the capability `comparisons`, as `compare`. */
  snapshot(
    place: Place,
    of: { readonly columns: readonly string[]; readonly file: string; readonly signal?: AbortSignal },
  ): Promise<void>;
  /** A table or view, as it is at one moment, beside a snapshot that another warehouse of the engine has made. */
  compare(place: Place, comparison: Comparison, signal?: AbortSignal): Promise<Compared>;
  /** Typed rows of a small table of Esteira's own, such as settings. */
  rows(place: Place, columns: Columns): Promise<SmallRows>;
  /** The rows that small tables would have after a person's statement, which reaches nothing but copies of them. Throws QUERY_INVALID. */
  changedBy(tables: readonly SmallTable[], statement: string): Promise<readonly SmallRows[]>;
  /** Replaces the rows of a small table and appends to its history, in one transaction. */
  replaceRows(
    place: Place,
    columns: Columns,
    rows: readonly object[],
    history?: { readonly place: Place; readonly columns: Columns; readonly rows: readonly object[] },
  ): Promise<void>;
  /**
   * Removes rows of a table that prove nothing any more: those of which a condition holds, in one transaction, beside runs that add others. Gives how many
   * went.
   */
  removeRows(place: Place, condition: string, signal?: AbortSignal): Promise<number>;
  /**
   * Copies every catalog into a folder, as at one moment: `meanwhile` is carried out then, and nothing is committed until it is done. Runs go on beside
   * it, up to their next commit.
   */
  backUp(folder: string, meanwhile: () => Promise<void>): Promise<readonly BackedUp[]>;
  /**
   * Of one that is kept elsewhere while no process has it: puts there what has changed since. Nothing counts as done before. Throws FENCED where another
   * process has done so meanwhile.
   */
  keep?(): Promise<void>;
  close(): Promise<void>;
}
