select customer_id, cust_name, md5(cust_name) as h, updated_at
from {{ ref('silver_customers') }}
