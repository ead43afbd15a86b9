import { EsteiraError } from '../../errors.ts';

/** How a dialect says what the tables need. */
export interface Words {
  readonly text: string;
  /** Whole numbers of 64 bits. */
  readonly whole: string;
  /** The column of a table's key that the database counts itself. */
  readonly counted: string;
  /** After the columns of a table; of one that is looked up by its key alone. */
  readonly table: string;
  readonly keyed: string;
  /** What a text has before its first colon. */
  beforeColon(column: string): string;
}

/** Each is applied once, in order, and never edited afterwards: a change is a new one at the end. */
const migrations: readonly ((words: Words) => string)[] = [
  ({ text, whole, counted, table, keyed }) => `
  create table seq (name ${text} primary key, value ${whole} not null)${keyed};
  insert into seq values ('run', 0), ('token', 0);

  create table run (
    run_id ${text} primary key, run_seq ${whole} not null unique, job ${text} not null, date ${text} not null, logical_time ${text} not null,
    zone ${text} not null, reason ${text} not null,
    state ${text} not null check (state in ('running', 'succeeded', 'failed', 'cancelled', 'superseded')),
    plan ${text} not null, params ${text} not null, settings ${text} not null, scope ${text} not null,
    created_at ${text} not null, finished_at ${text}, error ${text}
  )${table};
  create unique index run_going on run (scope) where state = 'running';
  create unique index run_date_done on run (job, logical_time) where state = 'succeeded';
  create index run_of_date on run (job, logical_time, run_seq);
  create index run_of_job on run (job, run_seq);

  create table step (
    run_id ${text} not null references run, step ${text} not null, ord ${whole} not null,
    state ${text} not null check (state in ('pending', 'running', 'done', 'failed', 'skipped')),
    definition ${text} not null, bounds ${text}, files ${text}, attempt ${whole} not null default 0,
    account ${text}, details ${text}, error ${text}, started_at ${text}, ended_at ${text},
    primary key (run_id, step)
  )${table};

  create table attempt (
    run_id ${text} not null, step ${text} not null, attempt ${whole} not null, token ${whole} not null,
    started_at ${text} not null, ended_at ${text}, outcome ${text} check (outcome in ('done', 'failed')), error ${text},
    primary key (run_id, step, attempt)
  )${table};

  create table lease (
    scope ${text} primary key, holder ${text} not null, run_id ${text} not null references run, token ${whole} not null, since ${text} not null
  )${keyed};

  create table log (
    id ${counted}, run_id ${text} not null, at ${text} not null, step ${text}, level ${text} not null, text ${text} not null
  )${table};
  create index log_of_run on log (run_id, step);
  `,

  // Who owns the project, and the newest runs of a job with those of its parts (`<job>:<selection>`), found without looking through all.
  ({ text, whole, table, beforeColon }) => `
  create table owner (
    one ${whole} primary key check (one = 1), holder ${text} not null, host ${text} not null, pid ${whole} not null, command ${text} not null,
    since ${text} not null, expires_at ${text} not null
  )${table};

  alter table run add column whole_job ${text} not null default '';
  update run set whole_job = ${beforeColon('job')};
  create index run_of_whole_job on run (whole_job, run_seq);
  `,

  // When jobs were due, and up to when their schedules were looked at.
  ({ text, table, keyed }) => `
  create table tick (
    job ${text} not null, due ${text} not null, date ${text} not null, zone ${text} not null, cause ${text} not null,
    state ${text} not null check (state in ('due', 'claimed', 'done', 'skipped')), run_id ${text}, why ${text}, noted_at ${text} not null,
    primary key (job, due)
  )${table};
  create index tick_open on tick (due) where state in ('due', 'claimed');
  create index tick_by_state on tick (state, due);
  create table schedule (job ${text} primary key, up_to ${text} not null)${keyed};
  `,

  // Which dates of a job somebody wants to have.
  ({ text, whole, table }) => `
  create table backfill (
    backfill_id ${text} primary key, job ${text} not null, from_date ${text} not null, to_date ${text} not null, parallel ${whole} not null,
    state ${text} not null check (state in ('running', 'done', 'failed', 'stopped')), created_at ${text} not null, finished_at ${text}
  )${table};
  create index backfill_of_job on backfill (job, backfill_id);
  create table backfill_date (
    backfill_id ${text} not null references backfill, date ${text} not null,
    state ${text} not null check (state in ('pending', 'running', 'done', 'failed')), run_id ${text}, error ${text},
    primary key (backfill_id, date)
  )${table};
  `,

  // Runs that failed, and those of a date, found without looking through all.
  () => `
  create index run_failed on run (run_seq) where state = 'failed';
  create index run_of_day on run (job, date, run_seq);
  `,

  // What is noted of the state itself, and who asked that a run be stopped.
  ({ text, keyed }) => `
  create table noted (name ${text} primary key, value ${text} not null)${keyed};
  alter table run add column cancel_by ${text};
  `,

  // What monitors found, the alerts that came of it, and what is to be told of them.
  ({ text, whole, table }) => `
  create table figure (
    monitor ${text} not null, number ${whole} not null, at ${text} not null,
    verdict ${text} not null check (verdict in ('held', 'broken', 'unknown', 'failed')), figure ${text} not null,
    primary key (monitor, number)
  )${table};
  create index figure_by_time on figure (at);
  create table alert (
    alert_id ${text} primary key, monitor ${text} not null, raised_at ${text} not null, over_at ${text}, told_at ${text} not null,
    told ${text} not null, raised ${text} not null, latest ${text} not null
  )${table};
  create unique index alert_open on alert (monitor) where over_at is null;
  create table outbox (
    number ${whole} not null unique, notice_id ${text} not null, channel ${text} not null, member ${text} not null, alert_id ${text} not null, notice ${text} not null,
    state ${text} not null check (state in ('waiting', 'delivered', 'given up')), created_at ${text} not null, tries ${whole} not null,
    next_try_at ${text} not null, ended_at ${text}, error ${text},
    primary key (notice_id, channel, member)
  )${table};
  create index outbox_waiting on outbox (next_try_at) where state = 'waiting';
  create index outbox_given_up on outbox (number) where state = 'given up';
  create index outbox_of_alert on outbox (alert_id);
  `,

  // Versions of models, the one of each that is in use, and how that came to be.
  ({ text, whole, table, keyed }) => `
  create table model_version (
    model ${text} not null, version ${text} not null, run_id ${text} not null,
    state ${text} not null check (state in ('training', 'candidate', 'refused', 'released', 'taken back')),
    created_at ${text} not null, content_hash ${text}, about ${text},
    primary key (model, version), unique (run_id, model)
  )${table};
  create table model_champion (model ${text} primary key, version ${text} not null, number ${whole} not null)${keyed};
  create table model_move (
    model ${text} not null, number ${whole} not null, from_version ${text}, to_version ${text} not null,
    moved_by ${text} not null, reason ${text} not null, at ${text} not null,
    primary key (model, number)
  )${table};
  `,

  // What people decided about versions that waited for them.
  ({ text }) => `
  alter table model_version add column decided ${text} check (decided in ('approved', 'rejected'));
  alter table model_version add column decided_by ${text};
  alter table model_version add column decided_reason ${text};
  alter table model_version add column decided_at ${text};
  `,

  // What stores have of the champions that are published to them, and what they are owed.
  ({ text, whole, table }) => `
  create table model_published (
    store ${text} not null, model ${text} not null, number ${whole}, version ${text}, at ${text},
    since ${text}, tries ${whole} not null, next_try_at ${text}, error ${text},
    primary key (store, model)
  )${table};
  `,

  // How limits were judged that are known only after a training.
  ({ text }) => `
  alter table model_version add column judged ${text};
  `,

  // Since when nothing is promoted automatically, and what ended that.
  ({ text, whole, table }) => `
  create table model_freeze (
    model ${text} not null, number ${whole} not null, since ${text} not null, run_id ${text} not null, job ${text} not null,
    from_version ${text} not null, to_version ${text} not null, monitors ${text} not null, days ${whole},
    thawed_at ${text}, thawed_by ${text}, thawed_reason ${text},
    primary key (model, number)
  )${table};
  `,

  // Rows that people are to let through, what they answered, and how far rows were proposed.
  ({ text, whole, table }) => `
  create table approval_line (
    approval ${text} not null, line ${text} not null, number ${whole} not null, subject ${text} not null, content ${text} not null, row ${text} not null,
    proposed_at ${text} not null, expires_at ${text},
    state ${text} not null check (state in ('proposed', 'edited', 'approved once', 'approved', 'rejected', 'applied', 'expired', 'replaced')),
    version ${whole} not null, edited ${text} not null, editors ${text} not null, approvers ${text} not null, rule ${text}, reason ${text},
    decided_at ${text}, run_id ${text},
    primary key (approval, line), unique (approval, number)
  )${table};
  create index approval_line_of_subject on approval_line (approval, subject, number);
  create index approval_line_by_state on approval_line (approval, state, number);
  create table approval_event (
    approval ${text} not null, line ${text} not null, version ${whole} not null, at ${text} not null, by_whom ${text} not null,
    state ${text} not null, edited ${text} not null, reason ${text},
    primary key (approval, line, version)
  )${table};
  create table approval_read (approval ${text} not null primary key, up_to ${whole} not null, generation ${text} not null)${table};
  `,

  // Which publication it was up to which rows were proposed, and how often a warehouse had lost that one.
  ({ whole }) => `
  alter table approval_read add column run_seq ${whole};
  alter table approval_read add column token ${whole};
  alter table approval_read add column restored ${whole} not null default 0;
  `,
];

export const newest = migrations.length;
const about = 'version';

/** Makes the table that says which version a state has. */
export const versionTable = ({ whole, table }: Words): string =>
  `create table if not exists ${about} (one ${whole} primary key check (one = 1), number ${whole})${table}`;
export const readVersion = `select number from ${about}`;

/**
 * What brings a state of that version up to this Esteira's tables: to be carried out in one transaction, in which the version was read. Throws
 * STATE_NEWER for one that a newer Esteira has written. `upTo` is for tests that need a state as an older Esteira wrote it.
 */
export function pending(
  version: number,
  { words, where, upTo = newest }: { readonly words: Words; readonly where: string; readonly upTo?: number },
): readonly string[] {
  if (version > newest)
    throw new EsteiraError('STATE_NEWER', {
      what: 'The state was written by a newer version of Esteira.',
      where,
      got: `tables of version ${version}`,
      allowed: `up to version ${newest}`,
      next: 'Use the version of Esteira that the project used last; tables of the state never go back.',
    });
  if (version >= upTo) return [];
  const changes = migrations.slice(version, upTo).map((statements) => statements(words));
  return [...changes, `delete from ${about}`, `insert into ${about} (one, number) values (1, ${upTo})`];
}
