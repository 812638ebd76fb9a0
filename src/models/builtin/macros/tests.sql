{# The four generic tests. Each answers with the rows that are wrong. #}

{% macro get_where_subquery(relation) -%}
  {% set where = config.get('where') %}
  {%- if where %}(SELECT * FROM {{ relation }} WHERE {{ where }}) AS dbt_subquery
  {%- else %}{{ return(relation) }}
  {%- endif %}
{%- endmacro %}

{% macro test_not_null(model, column_name) -%}
  {{ return(adapter.dispatch('test_not_null', 'dbt')(model, column_name)) }}
{%- endmacro %}

{% macro default__test_not_null(model, column_name) -%}
SELECT {{ '*' if should_store_failures() else column_name }}
FROM {{ model }}
WHERE {{ column_name }} IS NULL
{%- endmacro %}

{% macro test_unique(model, column_name) -%}
  {{ return(adapter.dispatch('test_unique', 'dbt')(model, column_name)) }}
{%- endmacro %}

{% macro default__test_unique(model, column_name) -%}
WITH dbt_test__target AS (
  SELECT {{ column_name }} AS unique_field
  FROM {{ model }}
  WHERE {{ column_name }} IS NOT NULL
)

SELECT unique_field, COUNT(*) AS n_records
FROM dbt_test__target
GROUP BY unique_field
HAVING COUNT(*) > 1
{%- endmacro %}

{% macro test_accepted_values(model, column_name, values, quote=true) -%}
  {{ return(adapter.dispatch('test_accepted_values', 'dbt')(model, column_name, values, quote)) }}
{%- endmacro %}

{% macro default__test_accepted_values(model, column_name, values, quote=true) -%}
WITH all_values AS (
  SELECT {{ column_name }} AS value_field, COUNT(*) AS n_records
  FROM {{ model }}
  GROUP BY {{ column_name }}
)

SELECT *
FROM all_values
WHERE value_field NOT IN (
  {%- for value in values -%}
    {{ "'" ~ (value | string | replace("\\", "\\\\") | replace("'", "\\'")) ~ "'" if quote else value }}{{ ', ' if not loop.last }}
  {%- endfor -%}
)
{%- endmacro %}

{% macro test_relationships(model, column_name, to, field) -%}
  {{ return(adapter.dispatch('test_relationships', 'dbt')(model, column_name, to, field)) }}
{%- endmacro %}

{% macro default__test_relationships(model, column_name, to, field) -%}
WITH child AS (
  SELECT {{ column_name }} AS from_field
  FROM {{ model }}
  WHERE {{ column_name }} IS NOT NULL
),

parent AS (
  SELECT {{ field }} AS to_field
  FROM {{ to }}
)

SELECT from_field
FROM child
LEFT JOIN parent ON child.from_field = parent.to_field
WHERE parent.to_field IS NULL
{%- endmacro %}
