/** Files, everything that arrived, one row of each key, a view and two tables over them. */
export const definitions = (options: { readonly above: number } = { above: 0 }): string => `
import { col, cron, files, job, settings, source, sql, table } from 'esteira';

const row = { id: col.integer().optional(), day: col.date().optional() };
export const landing = source('landing.orders', { reader: files('*.csv'), columns: row });
export const bronze = table('bronze.orders', { columns: row, rows: landing.unread, write: 'append' });
export const silver = table('silver.orders', {
  columns: { id: col.integer().key(), day: col.date().optional() },
  rows: sql\`select id, day from \${bronze.since('id')}\`,
  write: 'merge',
});
export const view = table('gold.chosen', {
  columns: { id: col.integer() },
  rows: sql\`select id from \${silver} where id > ${options.above} -- the others are of no interest\`,
  write: 'view',
});
export const count = table('gold.count', { columns: { n: col.integer() }, rows: sql\`select count(*) as n from \${view}\` });
export const byDay = table('gold.by_day', {
  columns: { day: col.date().key(), n: col.integer() },
  rows: sql\`select day, count(*) as n from \${bronze.since('day', { lookback: '1 day' })} group by day\`,
  write: 'merge',
  invalid: 'set aside',
});
export const limits = settings('config.limits', { low: col.integer().default(1), high: col.integer().default(2) });
export const daily = job('daily', { when: cron('0 5 * * *'), build: [count, byDay] });
`;
