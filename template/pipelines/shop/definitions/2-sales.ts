import { byHand, check, col, expectNone, job, sql, table } from 'esteira';
import { orders, products } from './1-orders.ts';

/** Replaced whole by each run, in one transaction: readers see the old rows or the new ones. */
export const sales = table('gold.sales', {
  columns: {
    ordered_on: col.date().key(),
    kind: col.text().key(),
    orders: col.integer(),
    amount: col.decimal(14, 2),
  },
  rows: sql`
    select o.ordered_on, p.kind, count(*) as orders, sum(o.quantity * o.price) as amount
    from ${orders} o join ${products} p on p.name = o.product
    group by 1, 2`,
});

/** Judged before anyone can read the new rows: if a row comes out of this query, the table stays as it was. */
export const everyAmountIsReal = check(
  'every amount is real',
  expectNone(sql`select ordered_on, kind from ${sales} where amount < 0`),
);

/** What a job names is built, and every table above it. On a schedule: `when: cron('0 6 * * *', { zone: 'Europe/Lisbon' })`. */
export const daily = job('daily', { when: byHand, build: [sales] });
