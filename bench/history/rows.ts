/** How a database says what the rows of a history are made with. */
interface Words {
  /** The time so many minutes after the beginning, as text. */
  minute(count: string): string;
  readonly hash: (text: string) => string;
}
export const sqlite: Words = {
  minute: (count) => `strftime('%Y-%m-%dT%H:%M:%SZ', ${count} * 60, 'unixepoch')`,
  hash: (text) => `printf('%08x', ${text} * 2654435761 % 4294967296)`,
};
export const postgres: Words = {
  minute: (count) => `to_char(to_timestamp(${count} * 60) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  hash: (text) => `lpad(to_hex((${text}::bigint * 2654435761 % 4294967296)), 8, '0')`,
};

export const jobs = 20;
const steps = ['bronze.t', 'silver.t', 'gold.t'];
const plan = JSON.stringify(
  steps.map((name) => ({ name: `shop.${name}`, kind: 'table', needs: [], checks: ['rows', 'keys'], write: 'merge' })),
);
const account = JSON.stringify({
  in: 9,
  valid: 8,
  invalid: 1,
  duplicates: 0,
  held: 0,
  inserted: 8,
  updated: 0,
  deleted: 0,
  unchanged: 0,
  stale: 0,
});

/** A name of a run that sorts by its number. */
export const runNamed = (number: number): string => `01KRUN${String(number).padStart(20, '0')}`;

/**
 * So many runs, of which every tenth is of a part of its job and every hundredth failed, with three steps, their attempts, a line of a log and a
 * due time each. Run 1 was interrupted and never went on; the job `old` had the hundred after it.
 */
export function history(runs: number, { minute, hash }: Words): readonly string[] {
  const numbers = `with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < ${runs})`;
  const name = `'01KRUN' || substr('00000000000000000000' || number, length('' || number) + 1)`;
  const job = `case when number between 2 and 101 then 'old' else 'job_' || (number % ${jobs}) end`;
  const part = `case when number % 10 = 0 then ':silver.t' else '' end`;
  const outcome = `case when number = 1 then 'running' when number % 100 = 7 then 'failed' else 'succeeded' end`;
  const ended = (column: string): string => `case when number = 1 then null else ${column} end`;
  const each = `(${steps.map((step, index) => `select '${step}' as step, ${index} as ord`).join(' union all ')}) each`;
  const time = minute('number');
  return [
    `${numbers} insert into run (run_id, run_seq, job, date, logical_time, zone, reason, state, plan, params, settings, scope, created_at,
       finished_at, error, whole_job)
     select ${name}, number, ${job} || ${part}, substr(${time}, 1, 10), ${time}, 'UTC', 'schedule', ${outcome}, '${plan}', '{}', '{"config.limits":{"floor":0.5}}',
       'job:' || ${job} || ${part}, ${time}, ${ended(minute('(number + 1)'))}, case when number % 100 = 7 then '{"code":"CHECK_FAILED","what":"no"}' end, ${job}
     from numbers`,
    `insert into step (run_id, step, ord, state, definition, bounds, files, attempt, account, details, started_at, ended_at)
     select run_id, 'shop.' || each.step, each.ord, 'done', ${hash('run_seq')}, '[]', '{}', 1, '${account}', '{}', created_at, finished_at from run, ${each}`,
    `insert into attempt (run_id, step, attempt, token, started_at, ended_at, outcome)
     select run_id, 'shop.' || each.step, 1, run_seq, created_at, finished_at, 'done' from run, ${each}`,
    `insert into log (run_id, at, step, level, text) select run_id, created_at, 'shop.gold.t', 'info', 'done: in 9 = valid 8 + invalid 1' from run`,
    `insert into tick (job, due, date, zone, cause, state, run_id, why, noted_at)
     select job, logical_time, date, 'UTC', 'cron', case when run_seq % 1000 = 5 then 'skipped' else 'done' end, run_id, 'missed', logical_time from run
     where run_seq > 1`,
    `update seq set value = ${runs}`,
  ];
}
