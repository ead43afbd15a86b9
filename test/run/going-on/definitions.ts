// A job by hand whose file may be wrong, and what depends on it. It is copied into the projects of the tests.
import { byHand, col, cron, files, job, source, sql, table } from 'esteira';

const written = source('landing.plans', {
  reader: files('plans.csv'),
  columns: { id: col.integer().optional(), hours: col.integer().optional() },
});
const arrived = source('landing.calls', {
  reader: files('calls/*.jsonl'),
  columns: { id: col.integer(), plan: col.integer() },
});

export { arrived, written };
export const calls = table('bronze.calls', { columns: arrived.columns, rows: arrived.unread, write: 'append' });
/** One wrong row holds all of it back. */
export const plans = table('silver.plans', {
  columns: { id: col.integer().key(), hours: col.integer().min(1) },
  rows: sql`select id, hours from ${written}`,
});
export const hours = table('gold.hours', {
  columns: { plan: col.integer().key(), calls: col.integer() },
  rows: sql`select p.id as plan, count(c.id) as calls from ${plans} p left join ${calls} c on c.plan = p.id group by 1`,
});
export const byPerson = job('by_hand', { when: byHand, build: [hours] });
export const byClock = job('by_clock', { when: cron('0 5 * * *'), build: [hours] });
