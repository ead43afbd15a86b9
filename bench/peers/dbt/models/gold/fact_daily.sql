select ds, store_id, channel_id, count(*) as n, sum(amount) as amount
from {{ ref('fact_orders') }}
group by all
