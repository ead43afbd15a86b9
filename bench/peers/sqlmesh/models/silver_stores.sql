MODEL (
  name medallion.silver_stores,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key store_id)
);

select store_id, store_name, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by store_id order by updated_at desc, order_id desc) = 1
