"""The medallion as sixteen Dagster assets over DuckDB, run in one process."""
from dagster import AssetExecutionContext, Definitions, MaterializeResult, asset, define_asset_job, in_process_executor
from dagster_duckdb import DuckDBResource

SILVER = {
    "orders": ("order_id", "customer_id, product_id, store_id, channel_id, qty, price, status"),
    "customers": ("customer_id", "cust_name"),
    "products": ("product_id", "prod_name, price"),
    "stores": ("store_id", "store_name"),
    "channels": ("channel_id", "channel_name"),
    "payments": ("payment_id", "order_id, price, status"),
    "shipments": ("shipment_id", "order_id, store_id, status"),
    "returns": ("return_id", "order_id, product_id, qty"),
}
DIMENSIONS = {
    "customers": "customer_id, cust_name, md5(cust_name) as h",
    "products": "product_id, prod_name, price as last_price",
    "stores": "store_id, upper(store_name) as store_name",
    "channels": "channel_id, channel_name",
}
FACT_ORDERS = """
    select o.order_id, o.customer_id, o.product_id, o.store_id, o.channel_id, o.qty, o.price, o.qty * o.price as amount,
      o.status, c.h as cust_h, o.updated_at, o.ds
    from silver_orders o
    join dim_customers c using (customer_id)
    join dim_products p using (product_id)
    join dim_stores s using (store_id)
    join dim_channels ch using (channel_id)"""


def make(name, above, statements):
    """One asset: `statements` gives the SQL, told whether the table is there already."""

    @asset(name=name, deps=above)
    def made(context: AssetExecutionContext, database: DuckDBResource) -> MaterializeResult:
        with database.get_connection() as connection:
            there = connection.execute("select 1 from information_schema.tables where table_name = ?", [name]).fetchone()
            connection.execute(statements(bool(there)))
        return MaterializeResult()

    return made


def replaced(name, query):
    return lambda there: f"create or replace table {name} as {query}"


def merged(name, key, query, column):
    def statements(there):
        if not there:
            return f"create table {name} as {query('')}"
        new = query(f"where {column} > (select max(updated_at) from {name})")
        return f"merge into {name} t using ({new}) s on t.{key} = s.{key} when matched then update when not matched then insert"

    return statements


def bronze(there):
    files = "select * from read_parquet('src/*.parquet')"
    if there:
        return f"insert into bronze_events {files} where ds > (select max(ds) from bronze_events)"
    return f"create table bronze_events as {files}"


def latest(key, columns):
    return lambda where: f"""select {key}, {columns}, updated_at, ds from bronze_events {where}
        qualify row_number() over (partition by {key} order by updated_at desc, order_id desc) = 1"""


assets = [make("bronze_events", [], bronze)]
for entity, (key, columns) in SILVER.items():
    silver = f"silver_{entity}"
    assets.append(make(silver, ["bronze_events"], merged(silver, key, latest(key, columns), "updated_at")))
for entity, columns in DIMENSIONS.items():
    dimension = f"dim_{entity}"
    query = f"select {columns}, updated_at from silver_{entity}"
    assets.append(make(dimension, [f"silver_{entity}"], replaced(dimension, query)))
orders = merged("fact_orders", "order_id", lambda where: f"{FACT_ORDERS} {where}", "o.updated_at")
assets.append(make("fact_orders", ["silver_orders", *(f"dim_{entity}" for entity in DIMENSIONS)], orders))
for fact, query in {
    "fact_daily": "select ds, store_id, channel_id, count(*) as n, sum(amount) as amount from fact_orders group by all",
    "fact_ltv": "select customer_id, count(*) as n, sum(amount) as ltv, max(updated_at) as last_at from fact_orders group by all",
}.items():
    assets.append(make(fact, ["fact_orders"], replaced(fact, query)))

defs = Definitions(
    assets=assets,
    resources={"database": DuckDBResource(database="medallion.duckdb")},
    jobs=[define_asset_job("daily", executor_def=in_process_executor)],
)
