MODEL (
  name medallion.fact_daily,
  kind FULL
);

select ds, store_id, channel_id, count(*) as n, sum(amount) as amount
from medallion.fact_orders
group by all
