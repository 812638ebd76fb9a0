{{ config(materialized='table') }}

SELECT
  mes,
  tipo,
  chamados,
  ROUND(100 * chamados / SUM(chamados) OVER (PARTITION BY mes), 2) AS percentual
FROM `rj-escritorio.adm_central_atendimento_1746.chamado_por_tipo`
