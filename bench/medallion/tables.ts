/** What every contender's tables hold, by the name of the table; a contender may keep columns of its own beside them. */
export const columns: Readonly<Record<string, string>> = {
  bronze_events:
    'order_id customer_id product_id store_id channel_id payment_id shipment_id return_id qty price status cust_name prod_name store_name channel_name updated_at ds',
  silver_orders: 'order_id customer_id product_id store_id channel_id qty price status updated_at ds',
  silver_customers: 'customer_id cust_name updated_at ds',
  silver_products: 'product_id prod_name price updated_at ds',
  silver_stores: 'store_id store_name updated_at ds',
  silver_channels: 'channel_id channel_name updated_at ds',
  silver_payments: 'payment_id order_id price status updated_at ds',
  silver_shipments: 'shipment_id order_id store_id status updated_at ds',
  silver_returns: 'return_id order_id product_id qty updated_at ds',
  dim_customers: 'customer_id cust_name h updated_at',
  dim_products: 'product_id prod_name last_price updated_at',
  dim_stores: 'store_id store_name updated_at',
  dim_channels: 'channel_id channel_name updated_at',
  fact_orders: 'order_id customer_id product_id store_id channel_id qty price amount status cust_h updated_at ds',
  fact_daily: 'ds store_id channel_id n amount',
  fact_ltv: 'customer_id n ltv last_at',
};
