{% snapshot historia %}{{ config(unique_key='id', strategy='check', check_cols=['area'], target_schema=target.schema) }}
select id, nome, area + {{ var('cresce', 0) }} as area from {{ ref('bairros') }} where id < {{ var('ate', 9) }}
{% endsnapshot %}
