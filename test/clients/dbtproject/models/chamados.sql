{{ config(materialized='table', partition_by={'field': 'dia', 'data_type': 'date'}, cluster_by=['bairro'], labels={'tema': 'chamados'}, persist_docs={'relation': true, 'columns': true}) }}
select id, mod(id, 4) + 1 as bairro, date_add(date '2026-01-01', interval div(id, 10) day) as dia,
  struct(id as numero, ['a', cast(id as string)] as etiquetas) as detalhe, timestamp '2026-01-01 00:00:00+00' as em
from unnest(generate_array(1, {{ var('linhas', 40) }})) as id
