import type { Columns } from '../columns/index.ts';
import type { Emptied, ToLand } from './changes.ts';
import type { Place } from './dialect.ts';
import type { IncomingChunk } from './incoming.ts';
import type { Account, DefinitionFacts, Publication, RunOf } from './warehouse.ts';

/** A table into which the rows of a stream land. */
export interface LandedTable {
  readonly step: string;
  readonly target: Place;
  readonly columns: Columns;
  readonly definition: string;
  readonly settingsHash: string;
  /** The definition is another than the one before. */
  readonly facts?: DefinitionFacts;
  readonly refusesNew?: boolean;
  /** Which of the columns has what the table holds besides, as a JSON object. */
  readonly extra?: string;
}

/** Where rows land, all in one catalog. */
export interface LandingInto {
  readonly catalog: string;
  /** As watermarks call what is read. */
  readonly stream: string;
  readonly run: {
    readonly runId: string;
    readonly runSeq: bigint;
    readonly token: bigint;
    readonly logicalTime: Temporal.Instant;
    readonly of: RunOf;
  };
  readonly tables: readonly LandedTable[];
}

/** What is published together. */
export interface LandingPart extends ToLand {
  /** By step: everything committed up to there is landed then. */
  readonly positions: ReadonlyMap<string, bigint>;
  /** Of all tables that it has rows of. */
  readonly part: number;
  /** Of what the position says something. */
  readonly system: string;
  readonly at: Temporal.Instant;
  /** A publication for these too, though there be no row. */
  readonly besides?: readonly string[];
}

/** Rows wait here until they are published. */
export interface Lander {
  rows(step: string, chunk: IncomingChunk): void;
  /** Of a table by whose key nothing is found, nobody can say which rows went. */
  emptied(step: string, how: Emptied): void;
  /** One transaction: the rows of all tables, their publications, and up to where they go. Throws FENCED when the run has been overtaken. */
  publish(part: LandingPart): Promise<readonly Publication[]>;
  /** What waits will come again. */
  discard(): Promise<void>;
}

/** What a run has landed before. */
export interface LandedBefore {
  /** The greatest. */
  readonly part: number;
  readonly accounts: ReadonlyMap<string, Account>;
  /** The greatest `_synced_at` of the tables, by whatever run, in microseconds since 1970; else 0. */
  readonly clock: bigint;
}
