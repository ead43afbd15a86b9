MODEL (
  name medallion.dim_channels,
  kind FULL
);

select channel_id, channel_name, updated_at
from medallion.silver_channels
