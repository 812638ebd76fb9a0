{# What packages for many databases ask of this one: GoogleSQL's way to say it. #}

{% macro type_string() %}{{ return('STRING') }}{% endmacro %}
{% macro type_int() %}{{ return('INT64') }}{% endmacro %}
{% macro type_bigint() %}{{ return('INT64') }}{% endmacro %}
{% macro type_float() %}{{ return('FLOAT64') }}{% endmacro %}
{% macro type_numeric() %}{{ return('NUMERIC') }}{% endmacro %}
{% macro type_boolean() %}{{ return('BOOL') }}{% endmacro %}
{% macro type_timestamp() %}{{ return('TIMESTAMP') }}{% endmacro %}

{% macro string_literal(value) -%}'{{ value }}'{%- endmacro %}
{% macro escape_single_quotes(expression) -%}{{ expression | replace("\\", "\\\\") | replace("'", "\\'") }}{%- endmacro %}
{% macro concat(fields) -%}CONCAT({{ fields | join(', ') }}){%- endmacro %}
{% macro hash(field) -%}TO_HEX(MD5(CAST({{ field }} AS STRING))){%- endmacro %}
{% macro length(expression) -%}LENGTH({{ expression }}){%- endmacro %}
{% macro position(substring_text, string_text) -%}STRPOS({{ string_text }}, {{ substring_text }}){%- endmacro %}
{% macro replace(field, old_chars, new_chars) -%}REPLACE({{ field }}, {{ old_chars }}, {{ new_chars }}){%- endmacro %}
{% macro right(string_text, length_expression) -%}RIGHT({{ string_text }}, {{ length_expression }}){%- endmacro %}
{% macro split_part(string_text, delimiter_text, part_number) -%}
  SPLIT({{ string_text }}, {{ delimiter_text }})[SAFE_{{ 'ORDINAL(' ~ part_number ~ ')' if part_number is not number or part_number > 0 else 'OFFSET(ARRAY_LENGTH(SPLIT(' ~ string_text ~ ', ' ~ delimiter_text ~ ')) - ' ~ (part_number * -1) ~ ')' }}]
{%- endmacro %}

{% macro safe_cast(field, type) -%}SAFE_CAST({{ field }} AS {{ type }}){%- endmacro %}
{% macro cast(field, type) -%}CAST({{ field }} AS {{ type }}){%- endmacro %}
{% macro cast_bool_to_text(field) -%}CAST({{ field }} AS STRING){%- endmacro %}

{% macro any_value(expression) -%}ANY_VALUE({{ expression }}){%- endmacro %}
{% macro bool_or(expression) -%}LOGICAL_OR({{ expression }}){%- endmacro %}
{% macro listagg(measure, delimiter_text="','", order_by_clause=none, limit_num=none) -%}
  STRING_AGG({{ measure }}, {{ delimiter_text }}{{ ' ' ~ order_by_clause if order_by_clause }}{{ ' LIMIT ' ~ limit_num if limit_num }})
{%- endmacro %}

{% macro array_construct(inputs=[], data_type='STRING') -%}ARRAY<{{ data_type }}>[{{ inputs | join(', ') }}]{%- endmacro %}
{% macro array_append(array, new_element) -%}ARRAY_CONCAT({{ array }}, [{{ new_element }}]){%- endmacro %}
{% macro array_concat(array_1, array_2) -%}ARRAY_CONCAT({{ array_1 }}, {{ array_2 }}){%- endmacro %}

{% macro current_timestamp() -%}CURRENT_TIMESTAMP(){%- endmacro %}
{% macro date_trunc(datepart, date) -%}TIMESTAMP_TRUNC(CAST({{ date }} AS TIMESTAMP), {{ datepart }}){%- endmacro %}
{% macro dateadd(datepart, interval, from_date_or_timestamp) -%}
  DATETIME_ADD(CAST({{ from_date_or_timestamp }} AS DATETIME), INTERVAL {{ interval }} {{ datepart }})
{%- endmacro %}
{% macro datediff(first_date, second_date, datepart) -%}
  DATETIME_DIFF(CAST({{ second_date }} AS DATETIME), CAST({{ first_date }} AS DATETIME), {{ datepart }})
{%- endmacro %}
{% macro last_day(date, datepart) -%}LAST_DAY(CAST({{ date }} AS DATE), {{ datepart }}){%- endmacro %}

{% macro except() %}EXCEPT DISTINCT{% endmacro %}
{% macro intersect() %}INTERSECT DISTINCT{% endmacro %}

{% macro date(year, month, day) -%}DATE({{ year }}, {{ month }}, {{ day }}){%- endmacro %}

{# Numbers from 1, one a row. #}
{% macro generate_series(upper_bound) -%}
SELECT generated_number
FROM UNNEST(GENERATE_ARRAY(1, {{ upper_bound }})) AS generated_number
{%- endmacro %}

{% macro get_intervals_between(start_date, end_date, datepart) -%}
  {%- if not execute -%}{{ return(1) }}{%- endif -%}
  {%- set answer = run_query('SELECT ' ~ datediff(start_date, end_date, datepart)) -%}
  {{ return(answer.columns[0].values()[0]) }}
{%- endmacro %}

{# One row for each step of time from the start, before the end. #}
{% macro date_spine(datepart, start_date, end_date) -%}
WITH steps AS (
  {{ generate_series(get_intervals_between(start_date, end_date, datepart)) }}
),

moments AS (
  SELECT {{ dateadd(datepart, 'generated_number - 1', start_date) }} AS date_{{ datepart }}
  FROM steps
)

SELECT *
FROM moments
WHERE date_{{ datepart }} <= {{ end_date }}
{%- endmacro %}

{% macro get_powers_of_two(upper_bound) -%}
  {%- for power in range(1, 100) -%}
    {%- if upper_bound <= 2 ** power -%}{{ return(power) }}{%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro get_columns_in_relation(relation) -%}{{ return(adapter.get_columns_in_relation(relation)) }}{%- endmacro %}

{% macro get_columns_in_query(select_sql) -%}
  {{ return(run_query('SELECT * FROM (' ~ select_sql ~ ') AS dbt_query LIMIT 0').column_names if execute else []) }}
{%- endmacro %}

{% macro truncate_relation(relation) -%}{% do adapter.truncate_relation(relation) %}{%- endmacro %}
{% macro rename_relation(from_relation, to_relation) -%}{% do adapter.rename_relation(from_relation, to_relation) %}{%- endmacro %}
{% macro check_schema_exists(information_schema, schema) -%}{{ return(adapter.check_schema_exists(information_schema, schema)) }}{%- endmacro %}
