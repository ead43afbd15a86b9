MODEL (
  name medallion.dim_customers,
  kind FULL
);

select customer_id, cust_name, md5(cust_name) as h, updated_at
from medallion.silver_customers
