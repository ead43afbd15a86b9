// One script with the statements of the medallion and nothing else: no plan, no state, no account. Argument: the DuckDB file.
import { DuckDBInstance } from '@duckdb/node-api';

type Entity = readonly [key: string, columns: readonly string[]];
const silver: Readonly<Record<string, Entity>> = {
  orders: ['order_id', ['customer_id', 'product_id', 'store_id', 'channel_id', 'qty', 'price', 'status']],
  customers: ['customer_id', ['cust_name']],
  products: ['product_id', ['prod_name', 'price']],
  stores: ['store_id', ['store_name']],
  channels: ['channel_id', ['channel_name']],
  payments: ['payment_id', ['order_id', 'price', 'status']],
  shipments: ['shipment_id', ['order_id', 'store_id', 'status']],
  returns: ['return_id', ['order_id', 'product_id', 'qty']],
};
const replaced: readonly (readonly [table: string, query: string])[] = [
  ['dim_customers', 'select customer_id, cust_name, md5(cust_name) as h, updated_at from silver_customers'],
  ['dim_products', 'select product_id, prod_name, price as last_price, updated_at from silver_products'],
  ['dim_stores', 'select store_id, upper(store_name) as store_name, updated_at from silver_stores'],
  ['dim_channels', 'select channel_id, channel_name, updated_at from silver_channels'],
];
const ofOrders: typeof replaced = [
  ['fact_daily', 'select ds, store_id, channel_id, count(*) as n, sum(amount) as amount from fact_orders group by all'],
  [
    'fact_ltv',
    'select customer_id, count(*) as n, sum(amount) as ltv, max(updated_at) as last_at from fact_orders group by all',
  ],
];
const orderFacts = `
  select o.order_id, o.customer_id, o.product_id, o.store_id, o.channel_id, o.qty, o.price, o.qty * o.price as amount,
    o.status, c.h as cust_h, o.updated_at, o.ds
  from silver_orders o
  join dim_customers c using (customer_id)
  join dim_products p using (product_id)
  join dim_stores s using (store_id)
  join dim_channels ch using (channel_id)`;

const texts = new Set(['status', 'cust_name', 'prod_name', 'store_name', 'channel_name']);
const types: Readonly<Record<string, string>> = { price: 'double', updated_at: 'timestamp', ds: 'date' };
/** What each column promises: it is there, and of its kind. */
const rules = (columns: readonly string[]) =>
  columns.flatMap((column) => {
    const present = [`${column}_present`, `${column} is not null`] as const;
    if (texts.has(column)) return [present];
    const type = types[column] ?? 'bigint';
    return [present, [`${column}_kind`, `(${column} is null or try_cast(${column} as ${type}) is not null)`] as const];
  });

const instance = await DuckDBInstance.create(process.argv[2]);
const connection = await instance.connect();
const send = (statement: string) => connection.run(statement);
await send("set TimeZone = 'UTC'");
const [counted] = (
  await connection.runAndReadAll('select count(*)::int as n from duckdb_tables()')
).getRowObjectsJson();

if (counted?.['n'] === 0) {
  await send("create table bronze_events as from read_parquet('src/*.parquet') limit 0");
  for (const [entity, [key, columns]] of Object.entries(silver)) {
    const all = [key, ...columns, 'updated_at', 'ds'];
    const flags = rules(all).map(([flag]) => `true as ${flag}`);
    await send(`create table silver_${entity} as select ${all.join(', ')} from bronze_events`);
    await send(
      `create table silver_${entity}_invalidos as select ${all.join(', ')}, '{}'::varchar as _original, ${flags.join(', ')}, now() as refused_at from bronze_events`,
    );
  }
  for (const [table, query] of replaced) await send(`create table ${table} as ${query}`);
  await send(`create table fact_orders as ${orderFacts} limit 0`);
}

await send(
  "insert into bronze_events from read_parquet('src/*.parquet') where ds > (select coalesce(max(ds), '-infinity') from bronze_events)",
);
for (const [entity, [key, columns]] of Object.entries(silver)) {
  const all = [key, ...columns, 'updated_at', 'ds'];
  const judged = rules(all);
  const flags = judged.map(([flag]) => flag);
  const valid = flags.join(' and ');
  await send('begin');
  await send(`
    create or replace temp table candidate as
    select e.*, ${judged.map(([flag, condition]) => `${condition} as ${flag}`).join(', ')}
    from bronze_events e where updated_at > (select coalesce(max(updated_at), '-infinity') from silver_${entity})`);
  await send(`
    merge into silver_${entity} t using (
      select ${all.join(', ')} from candidate where ${valid}
      qualify row_number() over (partition by ${key} order by updated_at desc, order_id desc) = 1
    ) s on t.${key} = s.${key} when matched then update when not matched then insert`);
  await send(`
    insert into silver_${entity}_invalidos
    select ${all.join(', ')}, to_json(candidate)::varchar, ${flags.join(', ')}, now() from candidate where not (${valid})`);
  await send('commit');
}
for (const [table, query] of replaced) await send(`create or replace table ${table} as ${query}`);
const newOrders = "where o.updated_at > (select coalesce(max(updated_at), '-infinity') from fact_orders)";
await send(
  `merge into fact_orders t using (${orderFacts} ${newOrders}) s on t.order_id = s.order_id when matched then update when not matched then insert`,
);
for (const [table, query] of ofOrders) await send(`create or replace table ${table} as ${query}`);
connection.closeSync();
instance.closeSync();
