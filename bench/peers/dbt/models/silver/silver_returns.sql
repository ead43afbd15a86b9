{{ config(unique_key='return_id') }}

select return_id, order_id, product_id, qty, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by return_id order by updated_at desc, order_id desc) = 1
