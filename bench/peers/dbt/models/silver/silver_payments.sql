{{ config(unique_key='payment_id') }}

select payment_id, order_id, price, status, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by payment_id order by updated_at desc, order_id desc) = 1
