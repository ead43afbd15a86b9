select store_id, upper(store_name) as store_name, updated_at
from {{ ref('silver_stores') }}
