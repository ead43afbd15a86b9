select customer_id, count(*) as n, sum(amount) as ltv, max(updated_at) as last_at
from {{ ref('fact_orders') }}
group by all
