{# The point at two text columns; NULL where either is empty. #}
{% macro ponto(longitude, latitude) -%}
  ST_GEOGPOINT(SAFE_CAST({{ longitude }} AS FLOAT64), SAFE_CAST({{ latitude }} AS FLOAT64))
{%- endmacro %}
