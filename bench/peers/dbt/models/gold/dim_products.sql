select product_id, prod_name, price as last_price, updated_at
from {{ ref('silver_products') }}
