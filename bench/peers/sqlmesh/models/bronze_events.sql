MODEL (
  name medallion.bronze_events,
  kind INCREMENTAL_BY_TIME_RANGE (time_column ds)
);

select
  order_id::bigint, customer_id::int, product_id::int, store_id::int, channel_id::int, payment_id::int,
  shipment_id::int, return_id::int, qty::int, price::double, status::varchar, cust_name::varchar,
  prod_name::varchar, store_name::varchar, channel_name::varchar, updated_at::timestamp, ds::date
from read_parquet('src/*.parquet')
where ds between @start_date and @end_date
