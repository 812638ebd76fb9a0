/**
 * `import { stage } from 'arcos/ingest'`: puts rows into the lake as files of a staging table.
 *
 *     await stage({
 *       dataset: 'adm_central_atendimento_1746',
 *       table: 'chamado',
 *       columns: ['id_chamado', 'data_inicio', 'tipo'],
 *       rows,
 *       partitionBy: { keys: ['ano_particao', 'mes_particao'], of: (row) => monthOf(row) },
 *       mode: 'overwrite',
 *     });
 */
export type { Cell, Partition, PartitionBy, Row } from './rows.ts';
export { type Staged, type StageMode, type StageOptions, stage } from './stage.ts';
