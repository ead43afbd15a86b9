// Scores of users, written back where the users are. It is copied into each project that the tests of delivery make.
import { atMost, byHand, col, env, files, job, monitor, scalar, settings, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

const app = postgres(env('APP_DATABASE_URL'));
export const limits = settings('config.scoring', { batch: col.integer().min(1).default(10) });

export const landing = source('landing.scores', {
  reader: files('scores/*.csv'),
  columns: { id: col.text().optional(), score: col.real().optional() },
});
export const scores = table('users.lead_score', {
  columns: { id: col.text().key(), lead_score: col.real().min(0).max(1) },
  rows: sql`select id, score as lead_score from ${landing}`,
  write: 'update',
  invalid: 'set aside',
  keptIn: app.keep('users', { batch: limits.batch, parallel: 3 }),
});
export const failing = monitor('rows that are not where they should be', {
  expect: atMost(
    scalar(sql`
      select count(*) from (
        select status from ${scores.receipts} r where exists (select 1 from ${scores} s where s.id = r.id)
        qualify row_number() over (partition by id order by delivered_at desc) = 1
      ) where status = 'failed'`),
    0,
  ),
  tell: 'team',
  next: 'esteira write-back users.lead_score',
});
export const slow = table('gold.batches', {
  columns: { run: col.text(), row_count: col.bigint() },
  rows: sql`select run_id as run, sum(row_count) as row_count from ${scores.batches} group by run_id`,
});

export const score = job('score', { when: byHand, build: [scores] });
