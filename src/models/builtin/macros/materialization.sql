{# What materialisations written in Jinja build on. #}

{% macro run_hooks(hooks, inside_transaction=true) -%}
  {%- for hook in hooks -%}
    {%- set statement_text = render(hook.get('sql')) | trim -%}
    {%- if statement_text | length > 0 -%}
      {%- call statement(auto_begin=inside_transaction) -%}{{ statement_text }}{%- endcall -%}
    {%- endif -%}
  {%- endfor -%}
{%- endmacro %}

{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {{ return(adapter.dispatch('create_table_as', 'dbt')(temporary, relation, compiled_code)) }}
{%- endmacro %}

{% macro bigquery__create_table_as(temporary, relation, compiled_code) -%}
CREATE OR REPLACE TABLE {{ relation }}
{%- if temporary %}
OPTIONS(expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 12 HOUR))
{%- endif %}
AS (
{{ compiled_code }}
)
{%- endmacro %}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}{{ return(create_table_as(temporary, relation, sql)) }}{%- endmacro %}

{% macro create_view_as(relation, sql) -%}
  {{ return(adapter.dispatch('create_view_as', 'dbt')(relation, sql)) }}
{%- endmacro %}

{% macro bigquery__create_view_as(relation, sql) -%}
CREATE OR REPLACE VIEW {{ relation }}
AS (
{{ sql }}
)
{%- endmacro %}

{% macro get_create_view_as_sql(relation, sql) -%}{{ return(create_view_as(relation, sql)) }}{%- endmacro %}

{% macro load_cached_relation(relation) -%}{{ return(adapter.load_relation(relation)) }}{%- endmacro %}
{% macro load_relation(relation) -%}{{ return(adapter.load_relation(relation)) }}{%- endmacro %}
{% macro drop_relation(relation) -%}{% do adapter.drop_relation(relation) %}{%- endmacro %}
{% macro drop_relation_if_exists(relation) -%}{% if relation is not none %}{% do adapter.drop_relation(relation) %}{% endif %}{%- endmacro %}
{% macro make_temp_relation(base_relation, suffix='__dbt_tmp') -%}
  {{ return(base_relation.incorporate(path={'identifier': base_relation.identifier ~ suffix})) }}
{%- endmacro %}
{% macro make_intermediate_relation(base_relation, suffix='__dbt_tmp') -%}{{ return(make_temp_relation(base_relation, suffix)) }}{%- endmacro %}
{% macro make_backup_relation(base_relation, backup_relation_type=none, suffix='__dbt_backup') -%}{{ return(make_temp_relation(base_relation, suffix)) }}{%- endmacro %}
{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}{%- endmacro %}
{% macro apply_grants(relation, grant_config, should_revoke=true) -%}{%- endmacro %}
{% macro should_revoke(existing_relation, full_refresh_mode=true) -%}{{ return(false) }}{%- endmacro %}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) -%}
  {% do store_result(name, response=message, agate_table=none) %}
{%- endmacro %}
{% macro create_schema(relation) -%}{% do adapter.create_schema(relation) %}{%- endmacro %}
