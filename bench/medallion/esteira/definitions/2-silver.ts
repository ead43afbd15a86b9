import { col, keepLatest, sql, table } from 'esteira';
import { events } from './1-bronze.ts';

/** What every silver table does: what is new in bronze, the latest row of each key, invalid rows set aside. */
const silver = {
  write: 'merge',
  duplicates: keepLatest('updated_at', 'order_id'),
  invalid: 'set aside',
} as const;
const fresh = events.since('updated_at');
const trace = { updated_at: col.timestamp(), ds: col.date() };
/** The order that told us so: of two rows of one second the later order wins. */
const toldBy = { order_id: col.integer() };

export const orders = table('silver.orders', {
  columns: {
    order_id: col.integer().key(),
    customer_id: col.integer(),
    product_id: col.integer(),
    store_id: col.integer(),
    channel_id: col.integer(),
    qty: col.integer(),
    price: col.real(),
    status: col.text(),
    ...trace,
  },
  rows: sql`
    select order_id, customer_id, product_id, store_id, channel_id, qty, price, status, updated_at, ds from ${fresh}`,
  ...silver,
});
export const customers = table('silver.customers', {
  columns: { customer_id: col.integer().key(), cust_name: col.text(), ...toldBy, ...trace },
  rows: sql`select customer_id, cust_name, order_id, updated_at, ds from ${fresh}`,
  ...silver,
});
export const products = table('silver.products', {
  columns: { product_id: col.integer().key(), prod_name: col.text(), price: col.real(), ...toldBy, ...trace },
  rows: sql`select product_id, prod_name, price, order_id, updated_at, ds from ${fresh}`,
  ...silver,
});
export const stores = table('silver.stores', {
  columns: { store_id: col.integer().key(), store_name: col.text(), ...toldBy, ...trace },
  rows: sql`select store_id, store_name, order_id, updated_at, ds from ${fresh}`,
  ...silver,
});
export const channels = table('silver.channels', {
  columns: { channel_id: col.integer().key(), channel_name: col.text(), ...toldBy, ...trace },
  rows: sql`select channel_id, channel_name, order_id, updated_at, ds from ${fresh}`,
  ...silver,
});
export const payments = table('silver.payments', {
  columns: { payment_id: col.integer().key(), ...toldBy, price: col.real(), status: col.text(), ...trace },
  rows: sql`select payment_id, order_id, price, status, updated_at, ds from ${fresh}`,
  ...silver,
});
export const shipments = table('silver.shipments', {
  columns: { shipment_id: col.integer().key(), ...toldBy, store_id: col.integer(), status: col.text(), ...trace },
  rows: sql`select shipment_id, order_id, store_id, status, updated_at, ds from ${fresh}`,
  ...silver,
});
export const returns = table('silver.returns', {
  columns: { return_id: col.integer().key(), ...toldBy, product_id: col.integer(), qty: col.integer(), ...trace },
  rows: sql`select return_id, order_id, product_id, qty, updated_at, ds from ${fresh}`,
  ...silver,
});
