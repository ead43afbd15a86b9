{{ config(unique_key='channel_id') }}

select channel_id, channel_name, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by channel_id order by updated_at desc, order_id desc) = 1
