MODEL (
  name medallion.silver_payments,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key payment_id)
);

select payment_id, order_id, price, status, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by payment_id order by updated_at desc, order_id desc) = 1
