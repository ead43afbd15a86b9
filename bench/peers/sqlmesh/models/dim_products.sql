MODEL (
  name medallion.dim_products,
  kind FULL
);

select product_id, prod_name, price as last_price, updated_at
from medallion.silver_products
