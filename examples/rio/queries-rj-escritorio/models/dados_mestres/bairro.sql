{{ config(materialized='table') }}

SELECT
  SAFE_CAST(id_bairro AS INT64) AS id_bairro,
  TRIM(nome) AS nome,
  INITCAP(TRIM(subprefeitura)) AS subprefeitura,
  ROUND(ST_AREA(ST_GEOGFROMGEOJSON(geometria)) / 1e6, 3) AS area_km2,
  ST_GEOGFROMGEOJSON(geometria) AS geometria
FROM {{ source('dados_mestres_staging', 'bairro') }}
-- A ilha de Paquetá e outras vêm em mais de uma linha na fonte.
QUALIFY ROW_NUMBER() OVER (PARTITION BY id_bairro ORDER BY nome) = 1
