import type { ColumnType } from 'kysely';
import type {
  BackfillDateState,
  BackfillState,
  Decision,
  LineState,
  NoticeRecord,
  Reason,
  RunState,
  StepState,
  TickState,
  Verdict,
  VersionState,
} from '../../ports/index.ts';

/** Read as bigint, whatever its size. */
type Integer = ColumnType<bigint, bigint | number, bigint | number>;

export interface RunRow {
  run_id: string;
  run_seq: Integer;
  job: string;
  date: string;
  logical_time: string;
  zone: string;
  reason: Reason;
  state: RunState;
  plan: string;
  params: string;
  settings: string;
  scope: string;
  /** The job of which `job` may be a part. */
  whole_job: string;
  created_at: string;
  finished_at: string | null;
  error: string | null;
  /** Who asked that it be stopped. */
  cancel_by: string | null;
}
export interface StepRow {
  run_id: string;
  step: string;
  ord: Integer;
  state: StepState;
  definition: string;
  bounds: string | null;
  files: string | null;
  attempt: Integer;
  account: string | null;
  details: string | null;
  error: string | null;
  started_at: string | null;
  ended_at: string | null;
}
interface AttemptRow {
  run_id: string;
  step: string;
  attempt: Integer;
  token: Integer;
  started_at: string;
  ended_at: string | null;
  outcome: 'done' | 'failed' | null;
  error: string | null;
}
interface LeaseRow {
  scope: string;
  holder: string;
  run_id: string;
  token: Integer;
  since: string;
}
/** At most one row; it stays when its owner has ended. */
export interface OwnerRow {
  one: 1;
  holder: string;
  host: string;
  pid: Integer;
  command: string;
  since: string;
  /** By the clock of the state. */
  expires_at: string;
}
export interface TickRow {
  job: string;
  due: string;
  date: string;
  zone: string;
  cause: string;
  state: TickState;
  run_id: string | null;
  why: string | null;
  noted_at: string;
}
/** Up to when a job's schedule was looked at. */
interface ScheduleRow {
  job: string;
  up_to: string;
}
export interface BackfillRow {
  backfill_id: string;
  job: string;
  from_date: string;
  to_date: string;
  parallel: Integer;
  state: BackfillState;
  created_at: string;
  finished_at: string | null;
}
export interface BackfillDateRow {
  backfill_id: string;
  date: string;
  state: BackfillDateState;
  run_id: string | null;
  error: string | null;
}
export interface LogRow {
  /** Given by the database, in the order of writing. */
  id: ColumnType<bigint, never, never>;
  run_id: string;
  at: string;
  step: string | null;
  level: 'info' | 'warn' | 'error';
  text: string;
}

/** `figure`, `raised`, `latest`: a figure as JSON. */
export interface FigureRow {
  monitor: string;
  /** Counted for each monitor: a clock may go back. */
  number: Integer;
  at: string;
  verdict: Verdict;
  figure: string;
}
export interface AlertRow {
  alert_id: string;
  monitor: string;
  raised_at: string;
  over_at: string | null;
  told_at: string;
  /** JSON: the parts that are broken, and that somebody was told of. */
  told: string;
  raised: string;
  latest: string;
}
/** What is to be told to one who is told; times are comparable as texts. */
export interface OutboxRow {
  /** The order in which they were written. */
  number: Integer;
  notice_id: string;
  channel: string;
  member: string;
  /** Or the thread of what is told of a run. */
  alert_id: string;
  notice: string;
  state: NoticeRecord['state'];
  created_at: string;
  tries: Integer;
  next_try_at: string;
  ended_at: string | null;
  error: string | null;
}

export interface ModelVersionRow {
  model: string;
  version: string;
  run_id: string;
  state: VersionState;
  created_at: string;
  content_hash: string | null;
  /** JSON. */
  about: string | null;
  decided: Decision['decided'] | null;
  decided_by: string | null;
  decided_reason: string | null;
  decided_at: string | null;
  /** JSON: how the limits were judged that are known only later. */
  judged: string | null;
}
/** `number`: of the move that made it so. */
interface ModelChampionRow {
  model: string;
  version: string;
  number: Integer;
}
export interface ModelMoveRow {
  model: string;
  number: Integer;
  from_version: string | null;
  to_version: string;
  moved_by: string;
  reason: string;
  at: string;
}

/** `number`, `version`, `at`: what is there; the rest of what is owed. */
export interface ModelPublishedRow {
  store: string;
  model: string;
  number: ColumnType<bigint | null, bigint | number | null, bigint | number | null>;
  version: string | null;
  at: string | null;
  since: string | null;
  tries: Integer;
  next_try_at: string | null;
  error: string | null;
}

/** `number`: counted for each model. */
export interface ModelFreezeRow {
  model: string;
  number: Integer;
  since: string;
  run_id: string;
  job: string;
  from_version: string;
  to_version: string;
  /** JSON. */
  monitors: string;
  days: ColumnType<bigint | null, bigint | number | null, bigint | number | null>;
  thawed_at: string | null;
  thawed_by: string | null;
  thawed_reason: string | null;
}

/** `row`, `edited`, `editors`, `approvers`: JSON. `number`: counted for each approval. */
export interface ApprovalLineRow {
  approval: string;
  line: string;
  number: Integer;
  subject: string;
  content: string;
  row: string;
  proposed_at: string;
  expires_at: string | null;
  state: LineState;
  version: Integer;
  edited: string;
  editors: string;
  approvers: string;
  rule: string | null;
  reason: string | null;
  decided_at: string | null;
  run_id: string | null;
}
export interface ApprovalEventRow {
  approval: string;
  line: string;
  version: Integer;
  at: string;
  by_whom: string;
  state: LineState;
  /** JSON. */
  edited: string;
  reason: string | null;
}
/** How far the rows of a table were proposed. */
interface ApprovalReadRow {
  approval: string;
  up_to: Integer;
  generation: string;
  run_seq: Integer | null;
  token: Integer | null;
  restored: Integer;
}

/** What is noted of the state itself. */
interface NotedRow {
  /** `swept`: when it was last looked through for what is old; `removed`: the greatest number of a run that is kept no more. */
  name: 'swept' | 'removed';
  value: string;
}
export interface Tables {
  noted: NotedRow;
  seq: { name: 'run' | 'token'; value: Integer };
  run: RunRow;
  step: StepRow;
  attempt: AttemptRow;
  lease: LeaseRow;
  owner: OwnerRow;
  log: LogRow;
  backfill: BackfillRow;
  backfill_date: BackfillDateRow;
  tick: TickRow;
  schedule: ScheduleRow;
  figure: FigureRow;
  alert: AlertRow;
  outbox: OutboxRow;
  model_version: ModelVersionRow;
  model_champion: ModelChampionRow;
  model_move: ModelMoveRow;
  model_published: ModelPublishedRow;
  model_freeze: ModelFreezeRow;
  approval_line: ApprovalLineRow;
  approval_event: ApprovalEventRow;
  approval_read: ApprovalReadRow;
}
