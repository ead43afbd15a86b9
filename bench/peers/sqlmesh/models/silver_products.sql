MODEL (
  name medallion.silver_products,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key product_id)
);

select product_id, prod_name, price, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by product_id order by updated_at desc, order_id desc) = 1
