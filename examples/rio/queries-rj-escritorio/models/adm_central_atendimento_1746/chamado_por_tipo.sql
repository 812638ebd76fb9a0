{{ config(materialized='view') }}

SELECT
  DATE_TRUNC(data_particao, MONTH) AS mes,
  tipo,
  COUNT(*) AS chamados,
  COUNT(DISTINCT id_bairro) AS bairros
FROM {{ ref('chamado') }}
GROUP BY mes, tipo
