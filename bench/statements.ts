import type { Catalog, ColumnInfo, NativeRelation, TablePath } from '../src/sql/catalog.ts';
import { quoteName } from '../src/sql/duckdb.ts';
import type { ScalarName } from '../src/sql/type.ts';

/** GoogleSQL of the kinds that a city's models are made of: cleaning, joins, windows, spatial joins, arrays. */
export const STATEMENTS: readonly string[] = [
  `WITH chamado AS (
     SELECT SAFE_CAST(id_chamado AS INT64) AS id_chamado,
       SAFE.PARSE_DATETIME('%Y-%m-%d %H:%M:%S', data_inicio) AS data_inicio,
       SAFE_CAST(NULLIF(TRIM(id_bairro), '') AS INT64) AS id_bairro_informado,
       TRIM(tipo) AS tipo,
       ST_GEOGPOINT(SAFE_CAST(longitude AS FLOAT64), SAFE_CAST(latitude AS FLOAT64)) AS local
     FROM \`rio.bruto.chamado\`)
   SELECT chamado.id_chamado, chamado.data_inicio,
     COALESCE(bairro.id_bairro, chamado.id_bairro_informado) AS id_bairro,
     CASE WHEN bairro.id_bairro IS NOT NULL THEN 'ponto'
       WHEN chamado.id_bairro_informado IS NOT NULL THEN 'informado' ELSE 'desconhecido' END AS origem_bairro,
     chamado.tipo, chamado.local, DATE(chamado.data_inicio) AS data_particao
   FROM chamado LEFT JOIN \`rio.mestre.bairro\` AS bairro ON ST_CONTAINS(bairro.geometria, chamado.local)`,

  `SELECT * EXCEPT (geometria), ROUND(ST_AREA(geometria) / 1e6, 3) AS area_km2
   FROM \`rio.mestre.bairro\`
   QUALIFY ROW_NUMBER() OVER (PARTITION BY id_bairro ORDER BY nome) = 1`,

  `SELECT TRIM(estacao) AS estacao, ROUND(SUM(SAFE_CAST(chuva AS FLOAT64)), 1) AS chuva_mm,
     MAX(SAFE_CAST(chuva AS FLOAT64)) AS maior, COUNT(*) AS medicoes, DATE(SAFE_CAST(momento AS DATETIME)) AS dia
   FROM \`rio.bruto.chuva\`
   WHERE SAFE_CAST(momento AS DATETIME) >= DATETIME_SUB(DATETIME '2024-06-01 00:00:00', INTERVAL 3 MONTH)
   GROUP BY estacao, dia`,

  `WITH mes AS (
     SELECT DATE_TRUNC(DATE(SAFE_CAST(data_inicio AS DATETIME)), MONTH) AS mes, tipo, COUNT(*) AS chamados
     FROM \`rio.bruto.chamado\` GROUP BY mes, tipo)
   SELECT mes, tipo, chamados, ROUND(100 * chamados / SUM(chamados) OVER (PARTITION BY mes), 2) AS percentual,
     LAG(chamados) OVER (PARTITION BY tipo ORDER BY mes) AS mes_anterior
   FROM mes ORDER BY mes, chamados DESC LIMIT 100`,

  `SELECT bairro.nome, ARRAY_AGG(DISTINCT TRIM(tipo) ORDER BY TRIM(tipo) LIMIT 5) AS tipos,
     STRUCT(COUNT(*) AS chamados, COUNTIF(REGEXP_CONTAINS(tipo, r'(?i)buraco')) AS buracos) AS contagem,
     ROUND(COUNT(*) / MAX(ST_AREA(bairro.geometria)) * 1e6, 1) AS densidade
   FROM \`rio.bruto.chamado\` AS chamado
   JOIN \`rio.mestre.bairro\` AS bairro ON bairro.id_bairro = SAFE_CAST(chamado.id_bairro AS INT64)
   GROUP BY bairro.nome HAVING COUNT(*) > 10`,
];

/** Tables that the statements name, in an engine's own memory. */
export const TABLES: readonly NativeRelation[] = [
  table('bruto', 'chamado', strings('id_chamado', 'data_inicio', 'id_bairro', 'tipo', 'longitude', 'latitude')),
  table('bruto', 'chuva', strings('estacao', 'momento', 'chuva')),
  table('mestre', 'bairro', [column('id_bairro', 'INT64'), column('nome', 'STRING'), column('geometria', 'GEOGRAPHY')]),
];

export const CATALOG: Catalog = {
  relation: (path) => TABLES.find((relation) => same(relation.path, path)),
  neighbours: () => [],
};

function table(dataset: string, name: string, columns: readonly ColumnInfo[]): NativeRelation {
  const engineName = `memory.main.${quoteName(name)}`;
  return { kind: 'native', path: { project: 'rio', dataset, table: name }, columns, engineName };
}

function strings(...names: readonly string[]): ColumnInfo[] {
  return names.map((name) => column(name, 'STRING'));
}

function column(name: string, kind: ScalarName): ColumnInfo {
  return { name, type: { kind }, nullable: true };
}

function same(a: TablePath, b: TablePath): boolean {
  return a.project === b.project && a.dataset === b.dataset && a.table === b.table;
}
