{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', on_schema_change='append_new_columns') }}
select id, bairro, dia {% if var('nova', false) %}, 'novo' as coluna{% endif %} from {{ ref('chamados') }}
{% if is_incremental() %} where dia >= (select max(dia) from {{ this }}) {% endif %}
