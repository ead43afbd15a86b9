import type { DatabaseSync } from 'node:sqlite';
import { EsteiraError } from '../../errors.ts';

/** Each is applied once, in order, and never edited afterwards: a change is a new one at the end. */
const migrations: readonly string[] = [
  `
  create table seq (name text primary key, value integer not null) strict, without rowid;
  insert into seq values ('run', 0), ('token', 0);

  create table run (
    run_id text primary key, run_seq integer not null unique, job text not null, date text not null, logical_time text not null,
    zone text not null, reason text not null,
    state text not null check (state in ('running', 'succeeded', 'failed', 'cancelled', 'superseded')),
    plan text not null, params text not null, settings text not null, scope text not null,
    created_at text not null, finished_at text, error text
  ) strict;
  create unique index run_going on run (scope) where state = 'running';
  create unique index run_date_done on run (job, logical_time) where state = 'succeeded';
  create index run_of_date on run (job, logical_time, run_seq);
  create index run_of_job on run (job, run_seq);

  create table step (
    run_id text not null references run, step text not null, ord integer not null,
    state text not null check (state in ('pending', 'running', 'done', 'failed', 'skipped')),
    definition text not null, bounds text, files text, attempt integer not null default 0,
    account text, details text, error text, started_at text, ended_at text,
    primary key (run_id, step)
  ) strict;

  create table attempt (
    run_id text not null, step text not null, attempt integer not null, token integer not null,
    started_at text not null, ended_at text, outcome text check (outcome in ('done', 'failed')), error text,
    primary key (run_id, step, attempt)
  ) strict;

  create table lease (
    scope text primary key, holder text not null, run_id text not null references run, token integer not null, since text not null
  ) strict, without rowid;

  create table log (
    id integer primary key, run_id text not null, at text not null, step text, level text not null, text text not null
  ) strict;
  create index log_of_run on log (run_id, step);
  `,
];

function versionOf(database: DatabaseSync): number {
  database.exec('create table if not exists version (one integer primary key check (one = 1), number integer) strict');
  return Number(database.prepare('select number from version').get()?.['number'] ?? 0);
}

/** Brings a state up to this Esteira's tables, or refuses one that a newer Esteira has written. */
export function migrate(database: DatabaseSync, file: string): void {
  database.exec('begin immediate');
  try {
    const version = versionOf(database);
    if (version > migrations.length)
      throw new EsteiraError('STATE_NEWER', {
        what: 'The state was written by a newer version of Esteira.',
        where: file,
        got: `tables of version ${version}`,
        allowed: `up to version ${migrations.length}`,
        next: 'Use the version of Esteira that the project used last; tables of the state never go back.',
      });
    for (const statements of migrations.slice(version)) database.exec(statements);
    if (version < migrations.length)
      database.exec(`insert or replace into version (one, number) values (1, ${migrations.length})`);
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    throw error;
  }
}
