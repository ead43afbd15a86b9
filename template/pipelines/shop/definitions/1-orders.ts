import { col, existsIn, files, keepLatest, run, source, sql, table } from 'esteira';

// Loading this file does nothing: each word below makes a value. To read a table, mention it (`${orders}`), and it runs before.

/** Rows as the shop writes them: any column may be missing or wrong here, nothing is refused yet. */
export const landing = source('landing.orders', {
  reader: files('orders/*.csv'),
  columns: {
    id: col.integer().optional(),
    customer: col.text().optional(),
    product: col.text().optional(),
    quantity: col.integer().optional(),
    price: col.decimal(10, 2).optional(),
    ordered_on: col.date().optional(),
    changed_at: col.timestamp().optional(),
  },
});

/** Everything that ever arrived, once: `unread` is only the files that have not been read. */
export const bronze = table('bronze.orders', {
  columns: { ...landing.columns, arrived_at: col.timestamp() },
  rows: sql`select *, ${run.at} as arrived_at from ${landing.unread}`,
  write: 'append',
  invalid: 'set aside',
});

export const products = table('silver.products', {
  columns: { name: col.text().key(), kind: col.text().oneOf('drink', 'food') },
  rows: sql`select 'coffee' as name, 'drink' as kind union all select 'tea', 'drink' union all select 'cake', 'food'`,
});

/** Each order once, in its latest state. A row that breaks a rule goes to `silver.orders_invalidos`, with the rule's flag. */
export const orders = table('silver.orders', {
  columns: {
    id: col.integer().key(),
    customer: col.text(),
    product: col.text(),
    quantity: col.integer().min(1).named('quantity_positive'),
    price: col.decimal(10, 2).min(0),
    ordered_on: col.date(),
    changed_at: col.timestamp(),
  },
  // since: what bronze received after this table last read it, so that a day that was skipped is caught up.
  rows: sql`
    select id, trim(customer) as customer, lower(product) as product, quantity, price, ordered_on, changed_at
    from ${bronze.since('arrived_at')}`,
  rules: { product_known: existsIn('product', products, 'name') },
  write: 'merge',
  duplicates: keepLatest('changed_at'),
  invalid: 'set aside',
});
