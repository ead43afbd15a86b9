"""A table of Postgres, merged by key into DuckDB: `python load.py <schema.table>`. All of it the first time, what has changed later."""
import os
import sys

import dlt
from dlt.sources.sql_database import sql_table

schema, name = sys.argv[1].split(".")
backend = os.environ["BACKEND"]
url = os.environ["SHOP_URL"].replace("postgres://", "postgresql://").replace("postgresql://", "postgresql+psycopg2://")
more = {"backend_kwargs": {"return_type": "arrow_stream"}} if backend == "connectorx" else {}
rows = sql_table(
    credentials=url,
    schema=schema,
    table=name,
    backend=backend,
    chunk_size=100_000,
    reflection_level="full_with_precision",
    incremental=dlt.sources.incremental("updated_at"),
    primary_key="id",
    write_disposition="merge",
    **more,
)
pipeline = dlt.pipeline("load", destination=dlt.destinations.duckdb("loaded.duckdb"), dataset_name="silver", progress=None)
# The usual loader of the default backend, which gives rows and not columns; Parquet is what the others are quickest with.
loader = {} if backend == "sqlalchemy" else {"loader_file_format": "parquet"}
pipeline.run(rows, **loader).raise_on_failed_jobs()
