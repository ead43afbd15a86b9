import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { Changing, daily } from '../run/support/changing.ts';
import { Looking, ofTheArrival } from '../run/support/compare.ts';

/** What may be changed of the shop's definitions. */
export interface Shop {
  /** Orders above it are invalid. */
  readonly most?: number;
  /** Customers of these cities are invalid. */
  readonly without?: string;
  /** Orders have a column that is worked out. */
  readonly doubled?: boolean;
  /** What an order's value is made of. */
  readonly value?: string;
}

/**
 * Every way of writing below bronze: merges with deletes, an append, versions from bronze and from changes, tables that are replaced by moment, a merge
 * and a replaced table of gold; orders need their customers.
 */
export const shop = ({
  most = 100,
  without = 'nowhere',
  doubled = false,
  value = 'value',
}: Shop = {}): string => `import { appendChanges, existsIn as presentIn, history, replaceEach } from 'esteira';
const traced = { gone: col.boolean(), moment: col.timestamp() };
const silver = { write: mergeDeleting('gone'), duplicates: keepLatest('moment'), invalid: 'set aside' };
export const customersCame = source('landing.customers', { reader: files('customers-*.csv'), columns: { id: col.integer(), city: col.text(), ...traced } });
export const ordersCame = source('landing.orders', { reader: files('orders-*.csv'), columns: { id: col.integer(), customer: col.integer(), value: col.integer(), ...traced } });
export const bronzeCustomers = table('bronze.customers', { columns: customersCame.columns, rows: customersCame.unread, write: 'append' });
export const bronzeOrders = table('bronze.orders', { columns: ordersCame.columns, rows: ordersCame.unread, write: 'append' });
export const customers = table('silver.customers', { columns: { id: col.integer().key(), city: col.text(), ...traced },
  rows: sql\`select id, upper(city) as city, gone, moment from \${bronzeCustomers.since('moment')}\`, ...silver,
  rules: { served: sql\`city <> '${without}'\` } });
export const orders = table('silver.orders', { columns: { id: col.integer().key(), customer: col.integer(), value: col.integer().max(${most}).named('not_too_much'),
  ${doubled ? 'doubled: col.integer(),' : ''} ...traced },
  rows: sql\`select id, customer, ${value} as value, ${doubled ? `2 * (${value}) as doubled,` : ''} gone, moment from \${bronzeOrders.since('moment')}\`, ...silver,
  rules: { customer_known: presentIn('customer', customers, 'id') } });
export const kept = table('silver.kept', { columns: { id: col.integer(), value: col.integer().max(${most}), moment: col.timestamp() }, write: 'append', invalid: 'set aside',
  rows: sql\`select id, ${value} as value, moment from \${bronzeOrders.since('moment')}\` });
export const lines = table('silver.lines', { columns: { id: col.integer().key(), customer: col.integer(), value: col.integer().max(${most}), moment: col.timestamp() },
  rows: sql\`select id, customer, ${value} as value, moment from \${bronzeOrders.since('moment')}\`, write: 'merge', duplicates: keepLatest('moment'), invalid: 'set aside',
  rules: { customer_known: presentIn('customer', customers, 'id') } });
export const latest = table('gold.latest', { columns: { id: col.integer().key(), value: col.integer() }, write: 'merge',
  rows: sql\`select id, value from \${lines.since('moment')}\` });
export const appended = table('gold.appended', { columns: { id: col.integer(), value: col.integer() }, write: 'append',
  rows: sql\`select id, value from \${kept.since('moment')}\` });
export const summed = table('gold.summed', { columns: { city: col.text().key(), value: col.bigint() },
  rows: sql\`select c.city, sum(o.value) as value from \${orders} o join \${customers} c on c.id = o.customer group by 1\` });
const moments = { moment: col.timestamp().key(), id: col.integer().key(), customer: col.integer(), value: col.integer().max(${most}) };
const known = { customer_known: presentIn('customer', customers, 'id') };
export const versions = table('silver.versions', { columns: { id: col.integer().key(), customer: col.integer(), value: col.integer().max(${most}), ...traced },
  rows: sql\`select id, customer, ${value} as value, gone, moment from \${bronzeOrders.since('moment')}\`, write: history({ at: 'moment', deleted: 'gone' }),
  invalid: 'set aside', rules: known });
export const changes = table('silver.changes', { columns: { id: col.integer().key(), value: col.integer().max(${most}), ...traced }, invalid: 'set aside',
  rows: sql\`select id, ${value} as value, gone, moment from \${bronzeOrders.since('moment')}\`, write: appendChanges({ at: 'moment', deleted: 'gone' }) });
export const dimension = table('gold.dimension', { columns: { id: col.integer().key(), value: col.integer(), ...traced },
  rows: sql\`select id, value, gone, moment from \${changes.since('moment')}\`, write: history({ at: 'moment', deleted: 'gone' }) });
export const moment = table('silver.moment', { columns: moments, rows: sql\`select moment, id, customer, ${value} as value from \${bronzeOrders.since('moment')}\`,
  write: replaceEach('moment'), invalid: 'set aside', rules: known });
export const total = table('gold.total', { columns: { moment: col.timestamp().key(), value: col.bigint() }, write: replaceEach('moment'),
  rows: sql\`select moment, sum(value) as value from \${moment.since('moment')} group by moment\` });
export const shown = table('curated.shown', { columns: { city: col.text(), value: col.bigint() }, rows: sql\`select city, value from \${summed}\`, write: 'view' });
${daily('latest, appended, shown, versions, dimension, total')}`;

const stamp = (day: number): string => `2026-01-0${day}T10:00:00Z`;
export const customersOf = (day: number, rows: readonly (readonly [id: number, city: string, gone?: boolean])[]) =>
  `id,city,gone,moment\n${rows.map(([id, city, gone = false]) => `${id},${city},${gone},${stamp(day)}\n`).join('')}`;
export const ordersOf = (
  day: number,
  rows: readonly (readonly [id: number, customer: number, value: number, gone?: boolean])[],
) =>
  `id,customer,value,gone,moment\n${rows.map(([id, customer, value, gone = false]) => `${id},${customer},${value},${gone},${stamp(day)}\n`).join('')}`;

/** Another project of these definitions, with all that one has. */
export function forked(from: Changing, definitions: string): Changing {
  const fork = new Changing().define(definitions);
  for (const kept of ['warehouse', 'state.sqlite', 'state.sqlite-wal', 'files']) {
    const there = path.join(from.folder, kept);
    if (existsSync(there)) cpSync(there, path.join(fork.folder, kept), { recursive: true });
  }
  return fork;
}

/** What differs between a project and one that is built from nothing, at once, with the same definitions and files. */
export async function differencesFromNothing(
  changed: Changing,
  { definitions, date }: { readonly definitions: string; readonly date: string },
): Promise<readonly string[]> {
  const anew = new Changing().define(definitions);
  cpSync(path.join(changed.folder, 'files'), path.join(anew.folder, 'files'), { recursive: true });
  await anew.run(date);
  const looking = await Looking.at({ nothing: anew.folder, changed: changed.folder }, 'shop');
  try {
    return await looking.differences('nothing', 'changed', { without: ofTheArrival });
  } finally {
    looking.close();
  }
}
