import { ArcosError } from '../../base/errors.ts';
import { httpClient } from '../../base/http.ts';
import type { OrchestratorClient } from '../../orchestrator/client.ts';
import { warehouseClient } from '../../warehouse/client.ts';
import type { Connection } from '../connection.ts';

const PROJECT = 'rj-escritorio';
const PUBLIC = 'datario.indicadores.chamados_por_bairro';

/** Each native table beside the staged one it is made of; `rows` of SQL must be equal on both sides. */
const MADE_OF = [
  ['chamado', 'adm_central_atendimento_1746.chamado', 'COUNT(DISTINCT id_chamado)'],
  ['ocorrencia', 'adm_cor_comando.ocorrencia', 'COUNT(DISTINCT id_evento)'],
  ['parada', 'transporte_gtfs.parada', 'COUNT(*)'],
] as const;

/**
 * Whether what the pipeline made is right, as a reader finds it: nothing lost, nothing doubled, and the public
 * page and downloads there for everyone. Gives the tables' rows; throws INTERNAL with what is wrong.
 */
export async function checkResult(connection: Connection, client: OrchestratorClient): Promise<Record<string, number>> {
  const warehouse = warehouseClient(connection);
  const one = async (sql: string): Promise<Record<string, unknown>> => {
    const { rows } = await warehouse.query({ sql, project: PROJECT });
    return rows[0] ?? {};
  };
  const rows: Record<string, number> = {};
  for (const [name, table, distinct] of MADE_OF) {
    const [dataset, id] = table.split('.');
    const counts = await one(`
      SELECT
        (SELECT COUNT(*) FROM ${dataset}_staging.${id}) AS staged,
        (SELECT COUNT(*) FROM ${table}) AS native,
        (SELECT ${distinct} FROM ${table}) AS different`);
    same(`rows of ${table}`, counts['native'], counts['staged']);
    same(`different rows of ${table}`, counts['different'], counts['native']);
    rows[name] = Number(counts['native']);
  }
  const found = await one(`
    SELECT
      (SELECT COUNT(*) FROM dados_mestres.bairro) AS bairro,
      (SELECT COUNT(*) FROM ${PUBLIC}) AS publico,
      (SELECT SUM(chamados) FROM ${PUBLIC}) AS chamados,
      (SELECT COUNT(*) FROM adm_central_atendimento_1746.chamado WHERE id_bairro IN (SELECT id_bairro FROM dados_mestres.bairro)) AS com_bairro,
      (SELECT COUNT(*) FROM clima_pluviometro.precipitacao_diaria) AS precipitacao_diaria`);
  same('neighbourhoods on the portal', found['publico'], found['bairro']);
  same('calls on the portal', found['chamados'], found['com_bairro']);
  for (const name of ['bairro', 'precipitacao_diaria']) rows[name] = Number(found[name]);
  await checkPortal(connection.baseUrl, Number(found['publico']));
  const online = (await client.agents()).filter((agent) => agent.online).length;
  if (online === 0) throw wrong('No agent is online');
  return rows;
}

/** As someone without a key. */
async function checkPortal(baseUrl: string, expected: number): Promise<void> {
  const portal = httpClient({ baseUrl });
  const text = async (path: string) => (await portal.send(path)).text();
  const page = `/dados/${PUBLIC.replaceAll('.', '/')}`;
  if (!(await text('/')).includes('/dados/datario/indicadores')) throw wrong('The portal does not list the dataset');
  const [header = '', ...lines] = (await text(`${page}.csv`)).trimEnd().split('\n');
  same('rows of the CSV', lines.length, expected);
  if (!lines.some((line) => line.includes('Copacabana'))) throw wrong('The CSV lacks Copacabana');
  const shown = await text(page);
  for (const name of header.split(',').filter((column) => column !== 'geometria')) {
    if (!new RegExp(`<th scope="col">(<a [^>]*>)?${name}<`).test(shown))
      throw wrong(`The preview on the portal lacks the column ${name}`);
  }
  const { features } = (await (await portal.send(`${page}.geojson`)).json()) as { features: unknown[] };
  same('features of the GeoJSON', features.length, expected);
  const parquet = await (await portal.send(`${page}.parquet`)).arrayBuffer();
  same('magic of the Parquet file', Buffer.from(parquet.slice(0, 4)).toString(), 'PAR1');
}

function same(what: string, is: unknown, should: unknown): void {
  if (is !== should) throw wrong(`${what}: ${String(is)}, not ${String(should)}`);
}

function wrong(message: string): ArcosError {
  return new ArcosError('INTERNAL', `The result is not right: ${message}`);
}
