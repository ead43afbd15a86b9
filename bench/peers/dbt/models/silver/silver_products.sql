{{ config(unique_key='product_id') }}

select product_id, prod_name, price, updated_at, ds
from {{ ref('bronze_events') }}
{% if is_incremental() %}
where updated_at > (select max(updated_at) from {{ this }})
{% endif %}
qualify row_number() over (partition by product_id order by updated_at desc, order_id desc) = 1
