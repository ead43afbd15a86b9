MODEL (
  name medallion.silver_customers,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer_id)
);

select customer_id, cust_name, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by customer_id order by updated_at desc, order_id desc) = 1
