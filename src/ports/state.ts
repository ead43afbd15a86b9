import type { AlertChange, AlertStore, Judged, Telling } from './alerts.ts';
import type { ApprovalStore } from './approvals.ts';
import type { BackfillStore } from './backfills.ts';
import type { KeepingStore } from './keeping.ts';
import type { ModelStore } from './models.ts';
import type { PublishedStore } from './published.ts';
import type { TickStore } from './ticks.ts';
import type { Account, Bound, PublicationDetails } from './warehouse.ts';

export type RunState = 'running' | 'succeeded' | 'failed' | 'cancelled' | 'superseded';
export type StepState = 'pending' | 'running' | 'done' | 'failed' | 'skipped';
export type Reason = 'manual' | 'schedule' | 'always' | 'backfill' | 'reprocess' | 'reset';

/** One run of a job, as intended and as it went. */
export interface RunRecord {
  readonly runId: string;
  readonly runSeq: bigint;
  readonly job: string;
  readonly date: Temporal.PlainDate;
  readonly logicalTime: Temporal.Instant;
  readonly zone: string;
  readonly reason: Reason;
  readonly state: RunState;
  readonly plan: unknown;
  readonly params: Readonly<Record<string, string>>;
  readonly settings: unknown;
  readonly createdAt: Temporal.Instant;
  readonly finishedAt?: Temporal.Instant;
  readonly error?: unknown;
}
export interface StepRecord {
  readonly runId: string;
  readonly step: string;
  readonly order: number;
  readonly state: StepState;
  readonly definition: string;
  /** Fixed by the first attempt. */
  readonly bounds?: readonly Bound[];
  /** Paths of files by source, fixed by the first attempt. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
  readonly attempt: number;
  readonly account?: Account;
  readonly details?: PublicationDetails;
  readonly error?: unknown;
  readonly startedAt?: Temporal.Instant;
  readonly endedAt?: Temporal.Instant;
}

/** What a process holds while it carries out a run: every write of the run to the state shows this token. */
export interface Held {
  readonly runId: string;
  readonly runSeq: bigint;
  readonly job: string;
  readonly token: bigint;
}

export interface NewRun {
  /** A ULID. */
  readonly runId: string;
  readonly job: string;
  readonly date: Temporal.PlainDate;
  readonly logicalTime: Temporal.Instant;
  readonly zone: string;
  readonly reason: Reason;
  readonly plan: unknown;
  readonly params: Readonly<Record<string, string>>;
  readonly settings: unknown;
  readonly steps: readonly { readonly step: string; readonly definition: string }[];
  /** `catalog.schema.table` of everything it writes. */
  readonly targets: readonly string[];
  /** Run a date that has succeeded or failed anew; the former run is kept as superseded. One that was interrupted goes on all the same. */
  readonly again: boolean;
  /** This owner process. Only one owner lives at a time, so a lease of another holder is a dead process's; see `own`. */
  readonly holder: string;
  /** Jobs that cannot be opened meanwhile, beside its own. */
  readonly keeps?: readonly string[];
  /** It takes no leases: another run of this process keeps the job, with this token, and has those of the tables. Several of a job go on side by side. */
  readonly under?: bigint;
  readonly now: Temporal.Instant;
}
export type Opened =
  | {
      readonly opened: 'new' | 'resumed';
      readonly held: Held;
      readonly run: RunRecord;
      readonly steps: readonly StepRecord[];
    }
  /** This date has succeeded; or a schedule asks for one that a person has cancelled. */
  | { readonly opened: 'done'; readonly run: RunRecord };

/** A run that is being carried out, and the tables (`catalog.schema.table`) that it holds. */
export interface Going {
  readonly job: string;
  readonly runId: string;
  readonly since: Temporal.Instant;
  readonly targets: readonly string[];
}

/** A process that owns a project, as leases and as people know it. */
export interface NewOwner {
  readonly holder: string;
  readonly host: string;
  readonly pid: number;
  readonly command: string;
  readonly since: Temporal.Instant;
}
export interface Ownership {
  /** Aborted when another process may have become the owner; its reason is OWNED_ELSEWHERE. */
  readonly lost: AbortSignal;
  /** The next owner need not wait. */
  release(): Promise<void>;
}

export interface LogLine {
  readonly at: Temporal.Instant;
  readonly step?: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

/**
 * What was intended: runs, steps, leases, logs. The warehouse's publications are the proof of what happened; what is said here of them is a
 * copy, repaired whenever the two disagree. Every adapter passes `conformance`.
 */
export interface StateStore {
  readonly describe: string;
  readonly ticks: TickStore;
  readonly backfills: BackfillStore;
  readonly alerts: AlertStore;
  readonly keeping: KeepingStore;
  readonly models: ModelStore;
  readonly published: PublishedStore;
  readonly approvals: ApprovalStore;
  /**
   * Becomes the owner of the project, wherever its other processes are: those of one folder find each other, those of several machines have only
   * this. Waits for as long as a former owner may live, and throws OWNED_ELSEWHERE once it is seen to live. Where another has owned the state since,
   * `open` throws the same. `waits` is told for whom, once.
   */
  own(owner: NewOwner, waits?: (text: string) => void): Promise<Ownership>;
  /**
   * One transaction: refuses while a lease of the write set is held by this holder's own running run (RUN_IN_PROGRESS), finds the job's running
   * run of a dead holder (`resumed`, whatever date was asked) or a date that has succeeded (`done`), else inserts the run and its steps; draws
   * one token and writes every lease with it. A run that was interrupted keeps its settings and params; one that failed takes those of today.
   */
  open(run: NewRun): Promise<Opened>;
  /** An attempt begins. The bounds and files of the first attempt stay; they are returned. Throws FENCED when the token is no longer the lease's. */
  intent(
    held: Held,
    step: string,
    fixed: { readonly bounds: readonly Bound[]; readonly files: Readonly<Record<string, readonly string[]>> },
    now: Temporal.Instant,
  ): Promise<{
    readonly attempt: number;
    readonly bounds: readonly Bound[];
    readonly files: Readonly<Record<string, readonly string[]>>;
  }>;
  done(
    held: Held,
    step: string,
    result: { readonly account: Account; readonly details: PublicationDetails },
    now: Temporal.Instant,
  ): Promise<void>;
  /** Steps that had nothing to do: their attempts begin and end here, after they were published. One transaction; throws FENCED. */
  doneUnchanged(
    held: Held,
    steps: readonly {
      readonly step: string;
      readonly bounds: readonly Bound[];
      readonly details: PublicationDetails;
    }[],
    now: Temporal.Instant,
  ): Promise<void>;
  failed(held: Held, step: string, error: unknown, now: Temporal.Instant): Promise<void>;
  /** Changes nothing; throws FENCED when the token is no longer the lease's, or another owns the project. For what cannot be fenced where it is written. */
  stillHeld(held: Held): Promise<void>;
  /**
   * Ends the run and releases its leases in one transaction. With a run that succeeds its tick is done, and the jobs `after` are due. What monitors found of
   * it is `judged` in the same transaction, and who hears of the run itself is told; gives what became of what was judged.
   */
  finish(
    held: Held,
    state: 'succeeded' | 'failed' | 'cancelled',
    error: unknown,
    now: Temporal.Instant,
    beside?: { readonly after?: readonly string[]; readonly judged?: readonly Judged[]; readonly telling?: Telling },
  ): Promise<readonly AlertChange[]>;
  /**
   * Asks that a run which goes on be stopped; whoever carries it out, on whatever machine, looks for it. False where it has ended.
   */
  askToStop(runId: string, by: string): Promise<boolean>;
  /** Who asked. */
  askedToStop(runId: string): Promise<string | undefined>;
  /**
   * Ends a run that nobody carries out, and what is left of it; throws OWNED_ELSEWHERE for one who does not own the state. What is published stays.
   */
  abandon(
    runId: string,
    how: {
      readonly holder: string;
      readonly as: 'cancelled' | 'failed';
      readonly error: unknown;
      readonly now: Temporal.Instant;
      readonly telling?: Telling;
    },
  ): Promise<void>;
  /** Runs that this holder carries out; those of others are of dead processes. */
  going(holder: string): Promise<readonly Going[]>;
  run(runId: string): Promise<RunRecord | undefined>;
  /** Newest first; `parts`: those of a part of the job too, which are called `<job>:<selection>`. */
  runs(filter: {
    readonly job?: string;
    readonly parts?: boolean;
    readonly date?: Temporal.PlainDate;
    readonly logicalTime?: Temporal.Instant;
    /** Those whose id begins so. */
    readonly begins?: string;
    readonly state?: RunState;
    /** Only those after which no other of their job was opened. */
    readonly last?: boolean;
    readonly limit: number;
  }): Promise<readonly RunRecord[]>;
  /** In their order; `only`: those of these names that it has. */
  steps(runId: string, only?: readonly string[]): Promise<readonly StepRecord[]>;
  /** The one clock by which leases run out: of a database its own. */
  now(): Promise<Temporal.Instant>;
  log(runId: string, lines: readonly LogLine[]): Promise<void>;
  logs(runId: string, step?: string): Promise<readonly LogLine[]>;
  close(): Promise<void>;
}
