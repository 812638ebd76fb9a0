select * from {{ ref('por_bairro') }} where chamados > 1000
