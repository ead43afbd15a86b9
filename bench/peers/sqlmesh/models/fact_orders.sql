MODEL (
  name medallion.fact_orders,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key order_id)
);

select
  o.order_id, o.customer_id, o.product_id, o.store_id, o.channel_id, o.qty, o.price, o.qty * o.price as amount, o.status,
  c.h as cust_h, o.updated_at, o.ds
from medallion.silver_orders o
join medallion.dim_customers c using (customer_id)
join medallion.dim_products p using (product_id)
join medallion.dim_stores s using (store_id)
join medallion.dim_channels ch using (channel_id)
where o.ds between @start_date and @end_date
