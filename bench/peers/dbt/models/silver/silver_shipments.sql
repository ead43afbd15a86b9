{{ config(unique_key='shipment_id') }}

select shipment_id, order_id, store_id, status, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by shipment_id order by updated_at desc, order_id desc) = 1
