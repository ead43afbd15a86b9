import type { Reason, RunState, StepState } from './state.ts';
import type { Account, PublicationDetails } from './warehouse.ts';

/** What ended before these moments is old; a kind that is not named is kept for ever. */
export interface Before {
  readonly runs?: Temporal.Instant;
  readonly logs?: Temporal.Instant;
  readonly ticks?: Temporal.Instant;
  readonly backfills?: Temporal.Instant;
  readonly figures?: Temporal.Instant;
  readonly alerts?: Temporal.Instant;
}
export interface Swept {
  /** `details`: the steps of a run of which one line is kept, so that its date stays done. */
  readonly kind:
    | 'runs'
    | 'details'
    | 'log lines'
    | 'due times'
    | 'backfills'
    | 'figures'
    | 'alerts'
    | 'predictions'
    | 'receipts'
    | 'counts'
    | 'leftovers';
  readonly count: number;
  /** Of what the rows say. */
  readonly bytes: number;
  readonly oldestKept?: Temporal.Instant;
}

/** A run that the warehouse knows by what it published. */
export interface PublishedRun {
  readonly runId: string;
  readonly runSeq: bigint;
  readonly job: string;
  readonly date: Temporal.PlainDate;
  readonly logicalTime: Temporal.Instant;
  readonly zone: string;
  readonly reason: Reason;
  /** Nothing that its job builds is missing. */
  readonly isWhole: boolean;
  readonly steps: readonly {
    readonly step: string;
    readonly definition: string;
    readonly account: Account;
    readonly details: PublicationDetails;
    readonly publishedAt: Temporal.Instant;
  }[];
}
/** Where state and warehouse disagree. */
export interface Disagreement {
  /** The greatest numbers that the warehouse has seen. */
  readonly token: bigint;
  readonly runSeq: bigint;
  /** Runs that the state does not know, the oldest first. */
  readonly unknown: readonly PublishedRun[];
  /** Steps that the state calls done, and the warehouse does not have. */
  readonly lost: readonly { readonly runId: string; readonly steps: readonly string[] }[];
  /** Steps that are to read up to where their sources have not come. */
  readonly beyond: readonly { readonly runId: string; readonly step: string }[];
}
/** A run as it is compared with what was published. */
export interface ToldRun {
  readonly runId: string;
  readonly runSeq: bigint;
  readonly job: string;
  readonly state: RunState;
  readonly steps: readonly { readonly step: string; readonly state: StepState }[];
}

/** One row of a table of the state: texts, and whole numbers as texts too. */
export interface KeptRow {
  readonly table: string;
  readonly row: Readonly<Record<string, string | null>>;
}
/** The state as it was at one moment, whatever is written meanwhile. */
export interface StateSnapshot {
  /** Of the tables. */
  readonly version: number;
  readonly token: bigint;
  readonly runSeq: bigint;
  /** Everything but who owns it. */
  rows(): AsyncIterable<KeptRow>;
  close(): Promise<void>;
}

/** Care of a state: what is old leaves it, copies of it are taken, and it is brought back to what the warehouse knows. */
export interface KeepingStore {
  /**
   * Removes what is old in small transactions, so that others wait for one of them at most; with `dryRun` it only counts. Stays, however old: what
   * has not ended, the newest run of each job, what failed and was not done since, ticks that are owed, of each date that succeeded one line, the newest figure of each monitor, alerts that are
   * open, and what is still to be told.
   * Stopped half-way it has lost nothing, and may be done again.
   */
  sweep(before: Before, how: { readonly dryRun?: boolean; readonly signal?: AbortSignal }): Promise<readonly Swept[]>;
  /** When it was last swept to its end. */
  swept(): Promise<Temporal.Instant | undefined>;
  noteSwept(at: Temporal.Instant): Promise<void>;

  snapshot(): Promise<StateSnapshot>;

  /** The numbers that were given last; runs up to `removed` may be kept no more. */
  numbers(): Promise<{ readonly token: bigint; readonly runSeq: bigint; readonly removed: bigint }>;
  /** Runs with numbers after the one, up to the other. */
  told(range: { readonly after: bigint; readonly upTo: bigint }): Promise<readonly ToldRun[]>;
  /** Which of these runs it knows. */
  known(runIds: readonly string[]): Promise<ReadonlySet<string>>;
  /**
   * Believes the warehouse: no number below its greatest is given again, runs that it alone knew are here, and what it does not have is to be done again.
   * May be stopped anywhere, and done again. Throws OWNED_ELSEWHERE for one who does not own the state.
   */
  reconcile(holder: string, found: Disagreement, now: Temporal.Instant): Promise<void>;
}

/** What a backup says of itself, in its `manifest.json`. */
export interface Manifest {
  /** Of the backup itself. */
  readonly format: number;
  readonly project: string;
  readonly environment: string;
  /** The moment of which it is. */
  readonly at: string;
  /** Of Esteira, Node, the engine, and of the tables of the state. */
  readonly versions: Readonly<Record<string, string | number>>;
  /** The numbers that were given last. */
  readonly position: { readonly token: string; readonly run: string };
  /** Rows of each table of the state. */
  readonly state: Readonly<Record<string, number>>;
  readonly catalogs: readonly {
    readonly catalog: string;
    readonly file: string;
    readonly version: number;
    readonly tables: number;
    readonly rows: number;
  }[];
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** A copy of one catalog. */
export interface BackedUp {
  readonly catalog: string;
  readonly file: string;
  /** Of Esteira's own tables in it. */
  readonly version: number;
  readonly tables: number;
  readonly rows: number;
}
