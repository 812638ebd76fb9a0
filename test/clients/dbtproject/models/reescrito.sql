{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'dia', 'data_type': 'date'}) }}
select dia, count(*) as n, {{ var('rodada', 1) }} as rodada from {{ ref('chamados') }}
{% if is_incremental() %} where dia >= date_sub((select max(dia) from {{ this }}), interval 1 day) {% endif %}
group by dia
