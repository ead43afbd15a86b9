{{ config(materialized='incremental', incremental_strategy='merge', unique_key='order_id') }}

select
  o.order_id, o.customer_id, o.product_id, o.store_id, o.channel_id, o.qty, o.price, o.qty * o.price as amount, o.status,
  c.h as cust_h, o.updated_at, o.ds
from {{ ref('silver_orders') }} o
join {{ ref('dim_customers') }} c using (customer_id)
join {{ ref('dim_products') }} p using (product_id)
join {{ ref('dim_stores') }} s using (store_id)
join {{ ref('dim_channels') }} ch using (channel_id)
{% if is_incremental() %}
where o.updated_at > (select max(updated_at) from {{ this }})
{% endif %}
