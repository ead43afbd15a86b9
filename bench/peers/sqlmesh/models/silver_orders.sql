MODEL (
  name medallion.silver_orders,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key order_id)
);

select order_id, customer_id, product_id, store_id, channel_id, qty, price, status, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by order_id order by updated_at desc, order_id desc) = 1
