-- What Esteira of version 2 of the tables wrote besides: who owns the project, and the job of which a run is a part.
insert into owner (one, holder, host, pid, command, since, expires_at) values (1, 'second', 'a machine', 4711, 'esteira run weekly', '2026-03-11T01:00:00Z', '2026-03-11T01:01:00Z');
insert into run (run_id, run_seq, job, date, logical_time, zone, reason, state, plan, params, settings, scope, created_at, finished_at, error, whole_job) values ('r9', 9, 'weekly:gold.*', '2026-03-02', '2026-03-02T03:00:00Z', 'UTC', 'manual', 'succeeded', '[]', '{}', '{}', 'job:weekly:gold.*', '2026-03-11T01:00:00Z', '2026-03-11T01:00:01Z', null, 'weekly');
update seq set value = 9;
