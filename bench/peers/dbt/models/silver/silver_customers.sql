{{ config(unique_key='customer_id') }}

select customer_id, cust_name, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by customer_id order by updated_at desc, order_id desc) = 1
