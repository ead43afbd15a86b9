MODEL (
  name medallion.silver_shipments,
  kind INCREMENTAL_BY_UNIQUE_KEY (unique_key shipment_id)
);

select shipment_id, order_id, store_id, status, updated_at, ds
from medallion.bronze_events
where ds between @start_date and @end_date
qualify row_number() over (partition by shipment_id order by updated_at desc, order_id desc) = 1
