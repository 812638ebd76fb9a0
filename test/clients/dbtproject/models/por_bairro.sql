{{ config(materialized='view') }}
select b.nome, b.area, count(*) as chamados from {{ ref('chamados') }} c join {{ ref('bairros') }} b on b.id = c.bairro group by 1, 2
