{{ config(materialized='incremental', incremental_strategy='append') }}

select *
from read_parquet('src/*.parquet')
{% if is_incremental() %}
where ds > (select max(ds) from {{ this }})
{% endif %}
