{{
  config(
    materialized='table',
    partition_by={'field': 'data_particao', 'data_type': 'date', 'granularity': 'month'},
    cluster_by=['id_bairro'],
  )
}}

WITH chamado AS (
  SELECT
    SAFE_CAST(id_chamado AS INT64) AS id_chamado,
    SAFE.PARSE_DATETIME('%Y-%m-%d %H:%M:%S', data_inicio) AS data_inicio,
    SAFE_CAST(NULLIF(TRIM(id_bairro), '') AS INT64) AS id_bairro_informado,
    TRIM(tipo) AS tipo,
    {{ ponto('longitude', 'latitude') }} AS local
  FROM {{ source('adm_central_atendimento_1746_staging', 'chamado') }}
)

SELECT
  chamado.id_chamado,
  chamado.data_inicio,
  -- O ponto diz mais do que quem ligou.
  COALESCE(bairro.id_bairro, chamado.id_bairro_informado) AS id_bairro,
  CASE
    WHEN bairro.id_bairro IS NOT NULL THEN 'ponto'
    WHEN chamado.id_bairro_informado IS NOT NULL THEN 'informado'
    ELSE 'desconhecido'
  END AS origem_bairro,
  chamado.tipo,
  chamado.local,
  DATE(chamado.data_inicio) AS data_particao
FROM chamado
LEFT JOIN {{ ref('bairro') }} AS bairro
  ON ST_CONTAINS(bairro.geometria, chamado.local)
