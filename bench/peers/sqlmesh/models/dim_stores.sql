MODEL (
  name medallion.dim_stores,
  kind FULL
);

select store_id, upper(store_name) as store_name, updated_at
from medallion.silver_stores
