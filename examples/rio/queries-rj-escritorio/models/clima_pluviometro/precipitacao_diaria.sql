{{
  config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['estacao', 'data_particao'],
    partition_by={'field': 'data_particao', 'data_type': 'date', 'granularity': 'month'},
  )
}}

SELECT
  TRIM(estacao) AS estacao,
  ROUND(SUM(SAFE_CAST(chuva_15min AS FLOAT64)), 1) AS chuva_mm,
  MAX(SAFE_CAST(chuva_15min AS FLOAT64)) AS maior_chuva_15min_mm,
  COUNT(*) AS medicoes,
  DATE(SAFE_CAST(data_medicao AS DATETIME)) AS data_particao
FROM {{ source('clima_pluviometro_staging', 'taxa_precipitacao') }}
{% if is_incremental() %}
WHERE SAFE_CAST(data_medicao AS DATETIME) >= (
  SELECT DATE_SUB(DATE_TRUNC(MAX(data_particao), MONTH), INTERVAL {{ var('meses_refeitos') }} MONTH)
  FROM {{ this }}
)
{% endif %}
GROUP BY estacao, data_particao
