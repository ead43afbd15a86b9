MODEL (
  name medallion.silver_channels,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key channel_id)
);

select channel_id, channel_name, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by channel_id order by updated_at desc, order_id desc) = 1
