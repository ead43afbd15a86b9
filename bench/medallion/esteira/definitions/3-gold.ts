import { col, keepLatest, sql, table } from 'esteira';
import { channels, customers, orders, products, stores } from './2-silver.ts';

export const dimCustomers = table('gold.dim_customers', {
  columns: { customer_id: col.integer().key(), cust_name: col.text(), h: col.text(), updated_at: col.timestamp() },
  rows: sql`select customer_id, cust_name, md5(cust_name) as h, updated_at from ${customers}`,
});
export const dimProducts = table('gold.dim_products', {
  columns: {
    product_id: col.integer().key(),
    prod_name: col.text(),
    last_price: col.real(),
    updated_at: col.timestamp(),
  },
  rows: sql`select product_id, prod_name, price as last_price, updated_at from ${products}`,
});
export const dimStores = table('gold.dim_stores', {
  columns: { store_id: col.integer().key(), store_name: col.text(), updated_at: col.timestamp() },
  rows: sql`select store_id, upper(store_name) as store_name, updated_at from ${stores}`,
});
export const dimChannels = table('gold.dim_channels', {
  columns: { channel_id: col.integer().key(), channel_name: col.text(), updated_at: col.timestamp() },
  rows: channels,
});

export const factOrders = table('gold.fact_orders', {
  columns: {
    order_id: col.integer().key(),
    customer_id: col.integer(),
    product_id: col.integer(),
    store_id: col.integer(),
    channel_id: col.integer(),
    qty: col.integer(),
    price: col.real(),
    amount: col.real(),
    status: col.text(),
    cust_h: col.text(),
    updated_at: col.timestamp(),
    ds: col.date(),
  },
  rows: sql`
    select o.order_id, o.customer_id, o.product_id, o.store_id, o.channel_id, o.qty, o.price, o.qty * o.price as amount,
      o.status, c.h as cust_h, o.updated_at, o.ds
    from ${orders.since('updated_at')} o
    join ${dimCustomers} c using (customer_id)
    join ${dimProducts} p using (product_id)
    join ${dimStores} s using (store_id)
    join ${dimChannels} ch using (channel_id)`,
  write: 'merge',
  duplicates: keepLatest('updated_at'),
});
export const factDaily = table('gold.fact_daily', {
  columns: {
    ds: col.date().key(),
    store_id: col.integer().key(),
    channel_id: col.integer().key(),
    n: col.integer(),
    amount: col.real(),
  },
  rows: sql`
    select ds, store_id, channel_id, count(*) as n, sum(amount) as amount from ${factOrders}
    group by ds, store_id, channel_id`,
});
export const factLtv = table('gold.fact_ltv', {
  columns: { customer_id: col.integer().key(), n: col.integer(), ltv: col.real(), last_at: col.timestamp() },
  rows: sql`
    select customer_id, count(*) as n, sum(amount) as ltv, max(updated_at) as last_at from ${factOrders}
    group by customer_id`,
});
