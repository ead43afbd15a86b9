-- What Esteira of version 4 of the tables wrote besides: dates of a job that somebody wants to have.
insert into backfill (backfill_id, job, from_date, to_date, parallel, state, created_at, finished_at) values ('b1', 'weekly', '2026-03-01', '2026-03-02', 2, 'stopped', '2026-03-12T03:00:00Z', '2026-03-12T03:01:00Z');
insert into backfill_date (backfill_id, date, state, run_id, error) values ('b1', '2026-03-01', 'failed', 'r9', '{"what":"no"}');
insert into backfill_date (backfill_id, date, state, run_id, error) values ('b1', '2026-03-02', 'pending', null, null);
