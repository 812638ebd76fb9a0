{{ config(materialized='table') }}

WITH chamado AS (
  SELECT id_bairro, COUNT(*) AS chamados, COUNT(DISTINCT tipo) AS tipos
  FROM `rj-escritorio.adm_central_atendimento_1746.chamado`
  GROUP BY id_bairro
),

alagamento AS (
  SELECT id_bairro, COUNT(*) AS alagamentos
  FROM `rj-escritorio.adm_cor_comando.ocorrencia`
  GROUP BY id_bairro
)

SELECT
  bairro.id_bairro,
  bairro.nome,
  bairro.subprefeitura,
  COALESCE(chamado.chamados, 0) AS chamados,
  COALESCE(chamado.tipos, 0) AS tipos,
  COALESCE(alagamento.alagamentos, 0) AS alagamentos,
  ROUND(SAFE_DIVIDE(chamado.chamados, bairro.area_km2), 1) AS chamados_por_km2,
  bairro.geometria
FROM `rj-escritorio.dados_mestres.bairro` AS bairro
LEFT JOIN chamado USING (id_bairro)
LEFT JOIN alagamento USING (id_bairro)
