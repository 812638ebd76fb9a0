{{ config(materialized='table') }}

WITH parada AS (
  SELECT
    stop_id AS id_parada,
    TRIM(stop_name) AS nome,
    {{ ponto('stop_lon', 'stop_lat') }} AS local
  FROM {{ source('transporte_gtfs_staging', 'parada') }}
)

SELECT parada.*, bairro.id_bairro
FROM parada
LEFT JOIN {{ ref('bairro') }} AS bairro
  ON ST_CONTAINS(bairro.geometria, parada.local)
