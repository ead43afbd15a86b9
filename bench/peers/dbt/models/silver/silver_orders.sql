{{ config(unique_key='order_id') }}

select order_id, customer_id, product_id, store_id, channel_id, qty, price, status, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by order_id order by updated_at desc, order_id desc) = 1
