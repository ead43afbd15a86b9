MODEL (
  name medallion.silver_returns,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key return_id)
);

select return_id, order_id, product_id, qty, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by return_id order by updated_at desc, order_id desc) = 1
