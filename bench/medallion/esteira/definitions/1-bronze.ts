import { col, files, source, table } from 'esteira';

export const landing = source('landing.events', {
  reader: files('src/*.parquet'),
  columns: {
    order_id: col.integer(),
    customer_id: col.integer(),
    product_id: col.integer(),
    store_id: col.integer(),
    channel_id: col.integer(),
    payment_id: col.integer(),
    shipment_id: col.integer(),
    return_id: col.integer(),
    qty: col.integer(),
    price: col.real(),
    status: col.text(),
    cust_name: col.text(),
    prod_name: col.text(),
    store_name: col.text(),
    channel_name: col.text(),
    updated_at: col.timestamp(),
    ds: col.date(),
  },
});

export const events = table('bronze.events', { columns: landing.columns, rows: landing.unread, write: 'append' });
