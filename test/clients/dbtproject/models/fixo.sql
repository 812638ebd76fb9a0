{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'dia', 'data_type': 'date'}, partitions=["'2026-01-02'", "'2026-01-03'"]) }}
select dia, id, {{ var('rodada', 1) }} as rodada from {{ ref('chamados') }}
{% if is_incremental() %} where dia in ('2026-01-02', '2026-01-03') {% endif %}
