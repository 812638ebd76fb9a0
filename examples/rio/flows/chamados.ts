import { artifact, cron, flow, log, materialize, task } from 'arcos';
import { type Partition, stage } from 'arcos/ingest';
import { z } from 'zod';
import { fileSource } from './source/files.ts';
import { sampleSource } from './source/sample.ts';
import { COLUMNS, type Row, type Source } from './source/source.ts';

const PARAMETERS = z.object({
  pasta: z.string().optional().describe('Pasta com os arquivos da cidade; sem ela, uma amostra sintética.'),
  semente: z.int().default(1746).describe('Semente da amostra.'),
  chamados: z.int().positive().default(50_000).describe('Chamados na amostra.'),
  simular_falha: z.boolean().default(false).describe('Faz a conferência falhar na primeira tentativa.'),
});

type Parameters = z.output<typeof PARAMETERS>;
type Name = keyof typeof COLUMNS;

/** Where each of the source's tables is staged, and by which months. */
const TABLES: Readonly<Record<Name, { readonly dataset: string; readonly table: string; readonly time?: string }>> = {
  bairros: { dataset: 'dados_mestres', table: 'bairro' },
  chamados: { dataset: 'adm_central_atendimento_1746', table: 'chamado', time: 'data_inicio' },
  chuva: { dataset: 'clima_pluviometro', table: 'taxa_precipitacao', time: 'data_medicao' },
  ocorrencias: { dataset: 'adm_cor_comando', table: 'ocorrencia' },
  paradas: { dataset: 'transporte_gtfs', table: 'parada' },
};

function sourceOf({ pasta, semente, chamados }: Parameters): Source {
  return pasta === undefined ? sampleSource({ seed: semente, calls: chamados }) : fileSource(pasta);
}

/** The month of a time as the city's partitions have it; rows of one month go into one file. */
function monthOf(row: Row, column: string): Partition {
  const [, year = '', month = ''] = /^(\d{4})-(\d{2})/.exec(String(row[column])) ?? [];
  return { ano_particao: year, mes_particao: String(Number(month)) };
}

const extrair = task(
  { name: 'extrair', retries: 2, retryDelay: '2s' },
  async ({ name, parameters }: { name: Name; parameters: Parameters }) => {
    const source = sourceOf(parameters);
    const { dataset, table, time } = TABLES[name];
    const staged = await stage({
      dataset,
      table,
      columns: COLUMNS[name],
      rows: source[name](),
      ...(time === undefined
        ? {}
        : { partitionBy: { keys: ['ano_particao', 'mes_particao'], of: (row: Row) => monthOf(row, time) } }),
      mode: 'overwrite',
    });
    log.info(`${name}: ${staged.rows} linhas em ${staged.objects} arquivos (${source.name})`);
    return staged;
  },
);

const materializar = task({ name: 'materializar', retries: 2, retryDelay: '1s' }, async (models: string) => {
  const { results } = await materialize({ models });
  return results.map(({ id, status }) => ({ id, status }));
});

const testar = task({ name: 'testar', retries: 2, retryDelay: '1s' }, async (models: string) => {
  const { results } = await materialize({ models, command: 'test' });
  return results.length;
});

const conferir = task({ name: 'conferir' }, async ({ rows, fail }: { rows: number; fail: boolean }) => {
  if (fail) throw new Error('Falha de propósito: tente de novo a partir daqui');
  artifact.link('chamado', {
    url: '/console/data/rj-escritorio/adm_central_atendimento_1746/chamado',
    text: 'Tabela de chamados',
  });
  artifact.link('chamados_por_bairro', {
    url: '/console/data/datario/indicadores/chamados_por_bairro',
    text: 'Chamados por bairro',
  });
  return rows;
});

/** From the calls of 1746 and what is known of the city to public tables. */
export const chamados = flow(
  {
    name: 'chamados',
    description: 'Chamados da Central 1746, por bairro, com chuva, alagamentos e paradas.',
    parameters: PARAMETERS,
    labels: ['rj-escritorio'],
    schedules: [cron('0 6 * * *')],
    // Each run replaces the files of the one before.
    concurrency: 1,
  },
  async (parameters, run) => {
    const names = Object.keys(TABLES) as Name[];
    const staged = await extrair.map(
      names.map((name) => ({ name, parameters })),
      { concurrency: 2 },
    );
    await materializar('package:rj_escritorio', { key: 'materializar rj_escritorio', after: staged });
    await testar('package:rj_escritorio', { key: 'testar rj_escritorio' });
    await materializar('package:datario', { key: 'materializar datario' });
    const rows = staged.reduce((sum, table) => sum + table.rows, 0);
    return conferir({ rows, fail: parameters.simular_falha && run.attempt === 1 });
  },
);

if (import.meta.main) await chamados.main();
