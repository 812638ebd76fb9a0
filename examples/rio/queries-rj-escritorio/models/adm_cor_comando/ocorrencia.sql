{{ config(materialized='table') }}

WITH ocorrencia AS (
  SELECT
    SAFE_CAST(id_evento AS INT64) AS id_evento,
    SAFE.PARSE_TIMESTAMP('%Y-%m-%d %H:%M:%E*S UTC', data_inicio) AS data_inicio,
    SAFE.PARSE_TIMESTAMP('%Y-%m-%d %H:%M:%E*S UTC', data_fim) AS data_fim,
    TRIM(gravidade) AS gravidade,
    TRIM(tipo_ocorrencia) AS tipo,
    {{ ponto('longitude', 'latitude') }} AS local
  FROM {{ source('adm_cor_comando_staging', 'ocorrencia') }}
)

SELECT
  ocorrencia.*,
  TIMESTAMP_DIFF(data_fim, data_inicio, MINUTE) AS duracao_minutos,
  bairro.id_bairro
FROM ocorrencia
LEFT JOIN {{ ref('bairro') }} AS bairro
  ON ST_CONTAINS(bairro.geometria, ocorrencia.local)
