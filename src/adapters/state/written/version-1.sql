-- A state as Esteira of version 1 of its tables left it: a run that succeeded, a part of a job that failed, a run whose process died.
CREATE TABLE version (one integer primary key check (one = 1), number integer) strict;
CREATE TABLE seq (name text primary key, value integer not null) strict, without rowid;
CREATE TABLE run (
    run_id text primary key, run_seq integer not null unique, job text not null, date text not null, logical_time text not null,
    zone text not null, reason text not null,
    state text not null check (state in ('running', 'succeeded', 'failed', 'cancelled', 'superseded')),
    plan text not null, params text not null, settings text not null, scope text not null,
    created_at text not null, finished_at text, error text
  ) strict;
CREATE TABLE step (
    run_id text not null references run, step text not null, ord integer not null,
    state text not null check (state in ('pending', 'running', 'done', 'failed', 'skipped')),
    definition text not null, bounds text, files text, attempt integer not null default 0,
    account text, details text, error text, started_at text, ended_at text,
    primary key (run_id, step)
  ) strict;
CREATE TABLE attempt (
    run_id text not null, step text not null, attempt integer not null, token integer not null,
    started_at text not null, ended_at text, outcome text check (outcome in ('done', 'failed')), error text,
    primary key (run_id, step, attempt)
  ) strict;
CREATE TABLE lease (
    scope text primary key, holder text not null, run_id text not null references run, token integer not null, since text not null
  ) strict, without rowid;
CREATE TABLE log (
    id integer primary key, run_id text not null, at text not null, step text, level text not null, text text not null
  ) strict;
CREATE UNIQUE INDEX run_going on run (scope) where state = 'running';
CREATE UNIQUE INDEX run_date_done on run (job, logical_time) where state = 'succeeded';
CREATE INDEX run_of_date on run (job, logical_time, run_seq);
CREATE INDEX run_of_job on run (job, run_seq);
CREATE INDEX log_of_run on log (run_id, step);

insert into version (one, number) values (1, 1);
insert into seq (name, value) values ('run', 3);
insert into seq (name, value) values ('token', 3);
insert into run (run_id, run_seq, job, date, logical_time, zone, reason, state, plan, params, settings, scope, created_at, finished_at, error) values ('r1', 1, 'daily', '2026-03-01', '2026-03-01T03:00:00Z', 'America/Sao_Paulo', 'manual', 'succeeded', '{"steps":["silver.orders","gold.orders"],"from":"1152921504606846977"}', '{"city":"São Paulo"}', '{"limit":3}', 'job:daily', '2026-03-10T01:00:00.123456789Z', '2026-03-10T03:00:00.123456789Z', null);
insert into run (run_id, run_seq, job, date, logical_time, zone, reason, state, plan, params, settings, scope, created_at, finished_at, error) values ('r2', 2, 'daily:silver.orders', '2026-03-02', '2026-03-02T03:00:00Z', 'America/Sao_Paulo', 'manual', 'failed', '{"steps":["silver.orders","gold.orders"],"from":"1152921504606846977"}', '{"city":"São Paulo"}', '{"limit":3}', 'job:daily:silver.orders', '2026-03-10T01:00:00.123456789Z', '2026-03-10T04:00:00.123456789Z', '{"what":"no"}');
insert into run (run_id, run_seq, job, date, logical_time, zone, reason, state, plan, params, settings, scope, created_at, finished_at, error) values ('r3', 3, 'daily', '2026-03-03', '2026-03-03T03:00:00Z', 'America/Sao_Paulo', 'manual', 'running', '{"steps":["silver.orders","gold.orders"],"from":"1152921504606846977"}', '{"city":"São Paulo"}', '{"limit":3}', 'job:daily', '2026-03-10T01:00:00.123456789Z', null, null);
insert into step (run_id, step, ord, state, definition, bounds, files, attempt, account, details, error, started_at, ended_at) values ('r1', 'c.silver.orders', 0, 'done', 'a1', '[{"source":"c.bronze.orders","lower":"5","upper":"1152921504606846977"}]', '{"landing":["a.csv","ç b.csv"]}', 1, '{"in":7,"valid":4,"invalid":2,"duplicates":1,"held":0,"inserted":3,"updated":1,"deleted":0,"unchanged":0,"stale":0}', '{"flags":{"amount_positive":2},"badFiles":[{"path":"landing/ç 1.csv","why":"no header"}],"warnings":["few rows"],"files":3}', null, '2026-03-10T02:00:00.123456789Z', '2026-03-10T03:00:00.123456789Z');
insert into step (run_id, step, ord, state, definition, bounds, files, attempt, account, details, error, started_at, ended_at) values ('r2', 'c.silver.orders', 0, 'failed', 'a1', '[{"source":"c.bronze.orders","lower":"5","upper":"1152921504606846977"}]', '{"landing":["a.csv","ç b.csv"]}', 1, null, null, '{"code":"ENGINE_FAILED","nature":"terminal","what":"no","next":"look"}', '2026-03-10T04:00:00.123456789Z', '2026-03-10T04:00:00.123456789Z');
insert into step (run_id, step, ord, state, definition, bounds, files, attempt, account, details, error, started_at, ended_at) values ('r3', 'c.silver.orders', 0, 'done', 'a1', '[{"source":"c.bronze.orders","lower":"5","upper":"1152921504606846977"}]', '{"landing":["a.csv","ç b.csv"]}', 1, '{"in":7,"valid":4,"invalid":2,"duplicates":1,"held":0,"inserted":3,"updated":1,"deleted":0,"unchanged":0,"stale":0}', '{"flags":{"amount_positive":2},"badFiles":[{"path":"landing/ç 1.csv","why":"no header"}],"warnings":["few rows"],"files":3}', null, '2026-03-10T05:00:00.123456789Z', '2026-03-10T05:00:00.123456789Z');
insert into step (run_id, step, ord, state, definition, bounds, files, attempt, account, details, error, started_at, ended_at) values ('r3', 'c.gold.orders', 1, 'running', 'b1', '[]', '{}', 1, null, null, null, '2026-03-10T06:00:00.123456789Z', null);
insert into attempt (run_id, step, attempt, token, started_at, ended_at, outcome, error) values ('r1', 'c.silver.orders', 1, 1, '2026-03-10T02:00:00.123456789Z', '2026-03-10T03:00:00.123456789Z', 'done', null);
insert into attempt (run_id, step, attempt, token, started_at, ended_at, outcome, error) values ('r2', 'c.silver.orders', 1, 2, '2026-03-10T04:00:00.123456789Z', '2026-03-10T04:00:00.123456789Z', 'failed', '{"code":"ENGINE_FAILED","nature":"terminal","what":"no","next":"look"}');
insert into attempt (run_id, step, attempt, token, started_at, ended_at, outcome, error) values ('r3', 'c.silver.orders', 1, 3, '2026-03-10T05:00:00.123456789Z', '2026-03-10T05:00:00.123456789Z', 'done', null);
insert into attempt (run_id, step, attempt, token, started_at, ended_at, outcome, error) values ('r3', 'c.gold.orders', 1, 3, '2026-03-10T06:00:00.123456789Z', null, null, null);
insert into lease (scope, holder, run_id, token, since) values ('job:daily', 'first', 'r3', 3, '2026-03-10T01:00:00.123456789Z');
insert into lease (scope, holder, run_id, token, since) values ('table:c.gold.orders', 'first', 'r3', 3, '2026-03-10T01:00:00.123456789Z');
insert into lease (scope, holder, run_id, token, since) values ('table:c.silver.orders', 'first', 'r3', 3, '2026-03-10T01:00:00.123456789Z');
insert into log (run_id, at, step, level, text) values ('r1', '2026-03-10T02:00:00.123456789Z', null, 'info', 'it''s "ç"');
insert into log (run_id, at, step, level, text) values ('r1', '2026-03-10T03:00:00.123456789Z', 'c.silver.orders', 'warn', 'few rows');
