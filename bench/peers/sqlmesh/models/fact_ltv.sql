MODEL (
  name medallion.fact_ltv,
  kind FULL
);

select customer_id, count(*) as n, sum(amount) as ltv, max(updated_at) as last_at
from medallion.fact_orders
group by all
