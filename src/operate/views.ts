import type { ErrorDetails } from '../errors.ts';
import type {
  Account,
  BackfillDateState,
  BackfillState,
  Manifest,
  PublicationDetails,
  Reason,
  RunState,
  StepState,
} from '../ports/index.ts';
import type { AlertsTestView, AlertsView, MonitorsView } from './alerts/views.ts';
import type { ApprovalOperations } from './approvals/views.ts';
import type { ChecklistView } from './checklist/views.ts';
import type { DiagnosisView } from './diagnose/views.ts';
import type { DiffView } from './diff-views.ts';
import type { ModelOperations } from './models/views.ts';
import type { PlanView } from './plan-views.ts';
import type { RetrainView } from './preview/views.ts';
import type { PublishView } from './publish/views.ts';
import type { BeatEvent, ScheduleEvent, StartView, TickView } from './schedule/views.ts';
import type { SettingsOperations } from './settings-views.ts';
import type { StatusView } from './status-views.ts';

export type * from './alerts/views.ts';
export type * from './approvals/views.ts';
export type { ChecklistView, ItemState, ItemView } from './checklist/views.ts';
export type { Cause, DiagnosisView, FindingView } from './diagnose/views.ts';
export type * from './diff-views.ts';
export type * from './models/views.ts';
export type * from './plan-views.ts';
export type { RetrainView, TrialView } from './preview/views.ts';
export type { OwedView, PublishedView, PublishView } from './publish/views.ts';
export type { BeatEvent, KeepingView, ScheduleEvent, StartView, TickView } from './schedule/views.ts';
export type * from './settings-views.ts';
export type * from './status-views.ts';

// What operations take and give. Everything here is JSON: it crosses processes, and `--json` prints it as it is.
// Times are ISO text in UTC, dates `YYYY-MM-DD`, seconds are wall seconds.

export interface ErrorView extends ErrorDetails {
  readonly code: string;
  readonly nature: string;
}

// ---- what is seen while a run goes ----
export interface StepView {
  /** `catalog.schema.table`. */
  readonly step: string;
  /** As people write it: without the catalog where the run has only one. */
  readonly label: string;
  readonly kind: 'source' | 'table' | 'view' | 'model' | 'delivery' | 'approval';
  /** Steps that must be done before. */
  readonly needs: readonly string[];
  /** The first part of its name: bronze, silver, …; groups the tree. */
  readonly layer: string;
}
export type RunEvent =
  | {
      readonly type: 'run';
      readonly runId: string;
      readonly job: string;
      readonly date: string;
      readonly logicalTime: string;
      readonly environment: string;
      /** A run that was interrupted goes on. */
      readonly resumed: boolean;
      /** Of the tables of invalid rows: `_invalidos`. */
      readonly suffix: string;
      readonly steps: readonly StepView[];
      /** `landing.x: files(...) stands in for postgres changes`. */
      readonly standIns: readonly string[];
    }
  | {
      readonly type: 'step';
      readonly step: string;
      readonly state: StepState;
      readonly seconds?: number;
      /** Published by an earlier attempt, found in the warehouse. */
      readonly adopted?: boolean;
      /** Nothing it reads has changed. */
      readonly unchanged?: boolean;
      readonly account?: Account;
      readonly details?: PublicationDetails;
      readonly error?: ErrorView;
    }
  /** Something a person should know: a bad file, a warning of a check, the owner that changed. */
  | {
      readonly type: 'note';
      readonly level: 'info' | 'warn';
      readonly text: string;
      readonly step?: string;
      /** The command that shows more. */
      readonly next?: string;
    }
  /** How far a long step is, in a few words; not kept. */
  | { readonly type: 'progress'; readonly step: string; readonly text: string }
  | { readonly type: 'end'; readonly runId: string; readonly state: RunState; readonly seconds: number }
  | ScheduleEvent
  | BeatEvent;

export interface RunView {
  readonly runId: string;
  readonly job: string;
  readonly date: string;
  readonly logicalTime: string;
  readonly state: RunState;
  /** It has not ended, and nobody carries it out. */
  readonly interrupted?: boolean;
  /** The command that goes on with it, of one that was interrupted. */
  readonly next?: string;
  readonly reason: Reason;
  /** This date had succeeded before, and nothing was done. */
  readonly alreadyDone?: boolean;
  /** Of the tables of invalid rows; said by `show`. */
  readonly suffix?: string;
  /** Settings as it used them, by name; said by `show`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly finishedAt?: string;
  readonly steps: readonly {
    readonly step: string;
    readonly state: StepState;
    readonly attempt: number;
    readonly seconds?: number;
    readonly account?: Account;
    readonly details?: PublicationDetails;
    readonly error?: ErrorView;
  }[];
  readonly error?: ErrorView;
}

/** What `reprocess` does, or with `dryRun` would do. */
export interface ReprocessView {
  readonly steps: readonly {
    /** `catalog.schema.table`. */
    readonly step: string;
    readonly label: string;
    /** `anew`: built from the start. `date`: the rows of each day from the first to the last. `invalid`: its invalid rows are judged again. `new`: takes in what the steps above bring. `view`: shows its tables. */
    readonly how: 'anew' | 'date' | 'invalid' | 'new' | 'view';
    readonly rows?: number;
    readonly invalid?: number;
  }[];
  /** Tables that are left as they are, and why. */
  readonly kept: readonly { readonly step: string; readonly why: string }[];
  /** The last of its runs; absent when nothing was to be done, or nothing was done. */
  readonly run?: RunView;
}

/** Dates of a job that were to be built, and how far that is. */
export interface BackfillView {
  /** Absent with `dryRun`. */
  readonly backfillId?: string;
  readonly job: string;
  readonly from: string;
  readonly to: string;
  readonly state: BackfillState | 'planned';
  /** Dates side by side, at most. */
  readonly parallel: number;
  /** Why dates go one at a time, the oldest first. */
  readonly inOrder?: string;
  readonly dates: readonly {
    readonly date: string;
    /** `done before`: it had succeeded already. */
    readonly state: BackfillDateState | 'done before';
    readonly runId?: string;
    readonly error?: ErrorView;
  }[];
}

/** What `reset` dropped, or would drop. */
export interface ResetView {
  /** What is to be typed, so that it is done. */
  readonly name: string;
  readonly isDone: boolean;
  readonly drops: readonly {
    /** `catalog.schema.table`. */
    readonly table: string;
    readonly rows?: number;
    /** Rows that cannot be had once more, and why. */
    readonly lost?: string;
  }[];
  /** Tables of the layer that stay, and why. */
  readonly kept: readonly { readonly step: string; readonly why: string }[];
}

export interface SetupView {
  readonly changes: readonly { readonly catalog: string; readonly change: string; readonly name: string }[];
  /** Variables added to `.env.example`. */
  readonly variables: readonly string[];
}
export interface CheckView {
  readonly environment: string;
  readonly definitions: Readonly<Record<string, number>>;
  /** Queries and conditions that the engine described. */
  readonly described: number;
  readonly jobs: readonly { readonly job: string; readonly when: string; readonly steps: number }[];
}
export interface CompiledView {
  readonly engine: string;
  readonly queries: readonly { readonly name: string; readonly sql: string }[];
}
export interface QueryView {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Numbers as numbers where they are exact, else text; times as ISO text. */
  readonly rows: readonly (readonly (string | number | boolean | null | object)[])[];
  readonly more: boolean;
}
/** One definition: what it is, where it is written, how it stands. */
export interface ShowView {
  readonly name: string;
  readonly kind: string;
  readonly catalog: string;
  readonly writtenAt: string;
  readonly about?: string;
  readonly columns: readonly {
    readonly name: string;
    readonly kind: string;
    readonly key: boolean;
    readonly optional: boolean;
    readonly rules: readonly string[];
  }[];
  readonly reads: readonly string[];
  readonly readBy: readonly string[];
  readonly write?: string;
  /** Newest publication. */
  readonly latest?: { readonly runId: string; readonly publishedAt: string; readonly account: Account };
  /** First rows; of a table of invalid rows, the newest. */
  readonly sample?: QueryView;
  /** Of a table of invalid rows: columns of the sample that are false where a row breaks that rule. */
  readonly flags?: readonly string[];
  readonly trigger?: string;
}
/** What something is made of, or what is made of it. */
export interface LineageBranch {
  /** `schema.table`, or `schema.table.column`. */
  readonly name: string;
  readonly kind: string;
  /** Why it cannot be told further. */
  readonly undecided?: string;
  /** It stands in the lineage already, with what is beyond it. */
  readonly again?: boolean;
  readonly next?: readonly LineageBranch[];
}
export interface WriteBackView {
  readonly table: string;
  /** The newest first. */
  readonly runs: readonly {
    readonly runId: string;
    readonly at: string;
    readonly batches: number;
    readonly rows: number;
    readonly sent: number;
    readonly unchanged: number;
    readonly failed: number;
    readonly retries: number;
  }[];
  /** Rows of which the newest receipt says that they failed, the first hundred. */
  readonly failed: readonly { readonly key: string; readonly reason: string; readonly runId: string }[];
  readonly failedRows: number;
  /** Where it was asked for: nothing is needed there where it is empty. */
  readonly sql?: string;
}
export interface LineageView {
  readonly name: string;
  readonly kind: string;
  readonly undecided?: string;
  readonly from: readonly LineageBranch[];
  readonly into: readonly LineageBranch[];
}
export interface LogView {
  readonly lines: readonly {
    readonly at: string;
    readonly step?: string;
    readonly level: string;
    readonly text: string;
  }[];
}
/** What was brought in. */
export interface SyncView {
  readonly runs: readonly RunView[];
  /** Jobs that this process follows without end, and that have come to where their database was when it was asked. */
  readonly followed: readonly { readonly job: string; readonly upTo?: string }[];
  /** What was given up in a database. */
  readonly dropped: readonly {
    readonly job: string;
    readonly slot: string;
    readonly database: string;
    readonly wasThere: boolean;
  }[];
}

/** How far a job that follows changes is from its database. */
export interface ChangesView {
  readonly job: string;
  /** It goes on in the process that was asked. */
  readonly isGoing: boolean;
  readonly database?: string;
  /** Of the database: what keeps the reader's place. */
  readonly slot?: string;
  /** When the newest change that is landed was committed. */
  readonly committedAt?: string;
  /** Bytes of the database's log that are not landed yet, and for how long. */
  readonly lagBytes?: number;
  readonly lagSeconds?: number;
  /** Bytes of its log that the database keeps for the reader, and how many more it may. */
  readonly retainedBytes?: number;
  readonly leftBytes?: number;
  /** Landed since it began, and in each second lately. */
  readonly rows?: number;
  readonly rate?: number;
  /** What keeps it from going on. */
  readonly trouble?: string;
  /** What people should look at. */
  readonly warning?: string;
}
export interface DoctorView {
  readonly findings: readonly {
    readonly what: string;
    readonly ok: boolean;
    /** What was found. */
    readonly found: string;
    /** What to do, when not ok. */
    readonly next?: string;
    /** It may pass by itself: what does not answer, or has too much to do. No run is kept from beginning by it. */
    readonly passes?: true;
  }[];
}

/** What was stopped. */
export interface CancelView {
  /** Absent where only due times were. */
  readonly run?: RunView;
  /** Steps of it that are not published. */
  readonly left: number;
  /** Due times that had not begun. */
  readonly skipped: readonly { readonly job: string; readonly date: string; readonly due: string }[];
  /** The command that goes on with it. */
  readonly next: string;
}

export interface BackupView extends Manifest {
  readonly folder: string;
}

/** What is, or would be, removed because it is older than it is kept. */
export interface GcView {
  readonly dryRun: boolean;
  readonly kinds: readonly {
    readonly kind: string;
    /** A duration, or `forever`. */
    readonly keeps: string;
    readonly count: number;
    readonly bytes: number;
    readonly oldestKept?: string;
  }[];
  /** What could not be looked at, or not all of it, because a store did not answer, and why: the next time does it. */
  readonly trouble?: string;
}

/** Every operation: its input and what it gives. The command line and the owner's socket know only these. */
export interface Operations extends ModelOperations, SettingsOperations, ApprovalOperations {
  check: [input: Record<string, never>, output: CheckView];
  /** `destroy`: tables that may lose what they hold and nobody declares any more. */
  setup: [input: { readonly target?: string; readonly destroy?: readonly string[] }, output: SetupView];
  plan: [
    input: {
      readonly job?: string;
      readonly date?: string;
      readonly select?: readonly string[];
      /** As a run with --again. */
      readonly again?: boolean;
    },
    output: PlanView,
  ];
  run: [
    input: {
      readonly job: string;
      readonly date?: string;
      readonly params?: Readonly<Record<string, string>>;
      readonly again?: boolean;
      readonly select?: readonly string[];
      /** Although what is looked at before says that it would fail. */
      readonly anyway?: boolean;
      /** Who asks: kept with the versions of models that the run trains. */
      readonly by?: string;
    },
    output: RunView,
  ];
  /** Builds what is named and everything below it again; or judges its invalid rows again. */
  reprocess: [
    input: {
      readonly scope: string;
      readonly invalid?: boolean;
      readonly from?: string;
      readonly to?: string;
      readonly dryRun?: boolean;
      /** As of a run. */
      readonly anyway?: boolean;
    },
    output: ReprocessView,
  ];
  /** Builds the dates of a job that are not built, from the first to the last; goes on with the one that was begun by the same words, or with `resume` the newest. */
  backfill: [
    input: {
      readonly job: string;
      readonly from?: string;
      readonly to?: string;
      readonly parallel?: number;
      readonly resume?: boolean;
      readonly dryRun?: boolean;
      /** As of a run. */
      readonly anyway?: boolean;
    },
    output: BackfillView,
  ];
  /** Drops the tables of a layer, or of all; only with their name in `confirmed`. */
  reset: [
    input: { readonly layer?: string; readonly landing?: boolean; readonly confirmed?: string },
    output: ResetView,
  ];
  /** Goes on with a run that was interrupted or failed: the newest, or the one that is named. */
  resume: [input: { readonly run?: string; readonly asWas?: boolean; readonly anyway?: boolean }, output: RunView];
  /** A run by its id, the one of a job, or the only one that goes on. */
  cancel: [input: { readonly run?: string; readonly by: string }, output: CancelView];
  /** What `always` jobs name, up to now. */
  sync: [
    input: {
      readonly job?: string;
      /** Of changes: every table is read whole again. */
      readonly snapshot?: boolean;
      /** Of changes: their place in the database is given up. */
      readonly drop?: boolean;
    },
    output: SyncView,
  ];
  compile: [input: { readonly select?: readonly string[] }, output: CompiledView];
  runs: [
    input: { readonly job?: string; readonly limit?: number },
    output: {
      readonly runs: readonly RunView[];
      /** Times for which nothing was run, newest first. */
      readonly missed: readonly TickView[];
    },
  ];
  /** Keeps the schedules until it is told to stop; `once`: carries out what is due, and ends. */
  start: [input: { readonly once?: boolean; readonly anyway?: boolean }, output: StartView];
  /** A table, view or table of invalid rows beside that of another environment; at most `samples` differences (100) as they are. */
  diff: [input: { readonly table: string; readonly against: string; readonly samples?: number }, output: DiffView];
  show: [input: { readonly name: string }, output: ShowView | RunView];
  /** Of a table, or of a column: `schema.table.column`. */
  lineage: [input: { readonly name: string }, output: LineageView];
  /** What was written elsewhere of a table; `sql`: what somebody carries out there once, so that it is quick. */
  'write-back': [input: { readonly name: string; readonly sql?: boolean }, output: WriteBackView];
  logs: [input: { readonly run: string; readonly step?: string }, output: LogView];
  query: [input: { readonly sql: string; readonly limit?: number }, output: QueryView];
  /** Alerts that are open, and at most `limit` (10) that are over. */
  alerts: [input: { readonly limit?: number }, output: AlertsView];
  /** A message to each member of a channel, or of all. */
  'alerts test': [input: { readonly channel?: string }, output: AlertsTestView];
  /** All, or one with its last figures. */
  monitors: [input: { readonly name?: string; readonly limit?: number }, output: MonitorsView];
  /** When a job would have begun on so many days (365) up to yesterday, and whether its models would have passed their gates. */
  retrain: [input: { readonly job: string; readonly days?: number }, output: RetrainView];
  status: [input: Record<string, never>, output: StatusView];
  /** With `reconcile` the state is brought to what the warehouse knows; without it nothing is changed. */
  /** The folder by its whole path; it is not there yet. */
  backup: [input: { readonly folder: string }, output: BackupView];
  /** Brings every store of models to the champions; throws what the first could not be brought for. `takeOver`: a model whose history in a store is taken in first. */
  publish: [input: { readonly takeOver?: string; readonly by?: string }, output: PublishView];
  /** Once a day `start` does the same. */
  gc: [input: { readonly dryRun?: boolean }, output: GcView];
  doctor: [input: { readonly reconcile?: boolean }, output: DoctorView];
  /** `pipeline`: as the configuration calls it, or a job; `date`: by default that of the newest run. */
  checklist: [
    input: {
      readonly pipeline: string;
      readonly date?: string;
      /** In the place of a day: what is looked at before the pipeline is left to itself, with drills on a copy. */
      readonly activation?: boolean;
    },
    output: ChecklistView,
  ];
  /** `run`: its id or its beginning, `latest`, or a job; without it the newest of each job, and the project itself. */
  diagnose: [input: { readonly run?: string }, output: DiagnosisView];
}
export type OperationName = keyof Operations;
export type Input<Name extends OperationName> = Operations[Name][0];
export type Output<Name extends OperationName> = Operations[Name][1];

/** What an operation is given beside its input. */
export interface Context {
  emit(event: RunEvent): void;
  readonly signal: AbortSignal;
}
