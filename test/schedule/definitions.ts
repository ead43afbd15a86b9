// A desk in three zones whose clocks change on these days: what the tests of schedules build. It is copied into each project that they make.
import { after, always, byHand, col, cron, env, files, job, keepLatest, run, source, sql, table } from 'esteira';
import { postgres } from 'esteira/postgres';

const columns = { id: col.integer(), day: col.date() };
const delivered = (name: string) =>
  source(`outside.${name}`, { reader: files(`${name}/{date}.jsonl`), columns, day: 'day' });

/** Each gives the rows of one date: a date that is not run is a date that is not there. */
export const orders = delivered('orders');
export const visits = delivered('visits');
export const payments = delivered('payments');
export const keptOrders = table('silver.orders', { columns, rows: orders, write: 'append' });
export const keptVisits = table('silver.visits', { columns, rows: visits, write: 'append' });
export const keptPayments = table('silver.payments', { columns, rows: payments, write: 'append' });

/** Midnight does not come on one of these days, half past one comes twice on the other two. */
export const ordersDaily = job('orders_daily', {
  when: cron('0 0 * * *', { zone: 'America/Sao_Paulo', date: 'the day before' }),
  build: [keptOrders],
});
export const visitsDaily = job('visits_daily', {
  when: cron('30 1 * * *', { zone: 'Europe/Lisbon', date: 'the day before' }),
  build: [keptVisits],
});
export const paymentsDaily = job('payments_daily', {
  when: cron('30 1 * * *', { zone: 'America/New_York', date: 'the day before' }),
  build: [keptPayments],
});

/** After each run of the other job: its dates. */
export const closed = table('gold.closed', {
  columns: { day: col.date() },
  rows: sql`select ${run.date} as day`,
  write: 'append',
});
export const closing = job('closing', { when: after(paymentsDaily), build: [closed] });

/** Says at which times it was run; what it misses it skips. */
export const marks = table('silver.marks', {
  columns: { due_at: col.timestamp() },
  rows: sql`select ${run.at} as due_at`,
  write: 'append',
});
export const marking = job('marking', {
  when: cron('10 */12 * * *', { zone: 'Europe/Lisbon', missed: 'skip' }),
  build: [marks],
});

/** Takes longer than the time between two of its times. */
export const slow = table('silver.slow', {
  columns: { due_at: col.timestamp() },
  rows: sql`select ${run.at} as due_at where sleep_ms(700) is null`,
});
export const slowly = job('slowly', { when: cron('0 */2 * * *'), build: [slow] });

export const people = source('postgres_public.people', {
  reader: postgres(env('DESK_DATABASE_URL')).changes('people'),
  columns: { id: col.integer().optional(), version: col.integer().optional() },
});
export const keptPeople = table('silver.people', {
  columns: { id: col.integer().key(), version: col.integer(), changed_at: col.timestamp() },
  rows: sql`select id, version, _synced_at as changed_at from ${people.unread}`,
  write: 'merge',
  duplicates: keepLatest('changed_at', 'version'),
});
export const sync = job('people_sync', { when: always, build: [people] });
export const peopleDaily = job('people_daily', { when: cron('0 4 * * *'), build: [keptPeople] });

export const never = table('silver.never', {
  columns: { due_at: col.timestamp() },
  rows: sql`select ${run.at} as due_at`,
});
export const byPeople = job('by_people', { when: byHand, build: [never] });
