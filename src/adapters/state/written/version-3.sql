-- What Esteira of version 3 of the tables wrote besides: times that were due, and up to when the schedules were looked at.
insert into schedule (job, up_to) values ('weekly', '2026-03-12T02:00:00Z');
insert into tick (job, due, date, zone, cause, state, run_id, why, noted_at) values ('weekly', '2026-03-11T02:00:00Z', '2026-03-10', 'UTC', '0 2 * * * UTC', 'done', 'r9', null, '2026-03-11T02:00:00Z');
insert into tick (job, due, date, zone, cause, state, run_id, why, noted_at) values ('weekly', '2026-03-12T02:00:00Z', '2026-03-11', 'UTC', '0 2 * * * UTC', 'due', null, null, '2026-03-12T02:00:00Z');
