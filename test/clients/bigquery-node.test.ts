import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery, type Job } from '@google-cloud/bigquery';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';
import { type Served, serveWarehouse } from './server.ts';

interface ClientError {
  readonly code: number;
  readonly errors: readonly { readonly reason: string }[];
}

/** HTTP status and reason of the error that a call ends with. */
const failure = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    ({ code, errors }: ClientError) => `${code} ${errors[0]?.reason}`,
  );

describe('@google-cloud/bigquery, unmodified', () => {
  let open: TestWarehouse;
  let served: Served;
  let client: BigQuery;
  let folder: string;
  beforeAll(async () => {
    open = await openTestWarehouse();
    served = await serveWarehouse(open);
    folder = mkdtempSync(join(tmpdir(), 'arcos-bigquery-node-'));
    client = new BigQuery({
      apiEndpoint: served.origin,
      projectId: 'rio',
      credentials: await served.keyFile('administrador'),
    });
    // This client's token endpoint is built in: it signs its requests instead.
    client.authClient.useJWTAccessWithScope = true;
    await client.createDataset('nodejs');
  }, 60_000);
  afterAll(async () => {
    await client.dataset('nodejs').delete({ force: true });
    await served.close();
    await open.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function rows(query: string, params?: Record<string, unknown>): Promise<unknown[]> {
    const [found] = await client.query(params === undefined ? { query } : { query, params });
    return found as unknown[];
  }

  test('datasets and tables', async () => {
    const [datasets] = await client.getDatasets();
    expect(datasets.map(({ id }) => id)).toContain('nodejs');
    const dataset = client.dataset('nodejs');
    await dataset.createTable('t', {
      schema: [
        { name: 'id', type: 'INTEGER', mode: 'REQUIRED' },
        { name: 'nomes', type: 'STRING', mode: 'REPEATED' },
      ],
      description: 'uma tabela',
      labels: { equipe: 'dados' },
    });
    expect(await dataset.table('t').exists()).toEqual([true]);
    expect(await dataset.table('nada').exists()).toEqual([false]);
    const [metadata] = await dataset.table('t').getMetadata();
    expect(metadata).toMatchObject({ description: 'uma tabela', labels: { equipe: 'dados' }, type: 'TABLE' });
    expect(await failure(dataset.createTable('t', {}))).toBe('409 duplicate');
    expect(await failure(client.createDataset('nodejs'))).toBe('409 duplicate');
    await dataset.table('t').insert([
      { id: 1, nomes: ['a', 'b'] },
      { id: 2, nomes: [] },
    ]);
    const wrong = await dataset
      .table('t')
      .insert([{ id: 'x' }])
      .catch((error: { errors: { errors: { reason: string }[] }[] }) => error.errors[0]?.errors[0]?.reason);
    expect(wrong).toBe('invalid');
    const [found] = await dataset.table('t').getRows();
    expect(found).toEqual(
      expect.arrayContaining([
        { id: 1, nomes: ['a', 'b'] },
        { id: 2, nomes: [] },
      ]),
    );
  });

  test('queries, their parameters and pages', async () => {
    expect(
      await rows('SELECT @n AS n, @s AS s, @b AS b, @lista AS lista, @quando AS quando', {
        n: 1,
        s: "it's",
        b: true,
        lista: ['a', 'b'],
        quando: BigQuery.timestamp('2024-01-02T03:04:05.678Z'),
      }),
    ).toEqual([
      { n: 1, s: "it's", b: true, lista: ['a', 'b'], quando: BigQuery.timestamp('2024-01-02T03:04:05.678Z') },
    ]);
    const [job] = await client.createQueryJob({
      query:
        'SELECT n, DATE_ADD(DATE "2024-01-01", INTERVAL n DAY) AS dia FROM UNNEST(GENERATE_ARRAY(1, 25000)) AS n ORDER BY n',
      labels: { origem: 'teste' },
    });
    const pages: number[] = [];
    for (let startIndex = 0; startIndex < 25_000; startIndex += 10_000) {
      const [page] = await job.getQueryResults({
        maxResults: 10_000,
        startIndex: String(startIndex),
        autoPaginate: false,
      });
      pages.push(page.length);
    }
    const [all] = await job.getQueryResults();
    expect(all.length).toBe(25_000);
    expect(all[24_999]).toEqual({ n: 25_000, dia: BigQuery.date('2092-06-12') });
    expect(pages).toEqual([10_000, 10_000, 5_000]);
    expect(job.metadata.configuration).toMatchObject({ labels: { origem: 'teste' }, jobType: 'QUERY' });
    const [dry] = await client.createQueryJob({ query: 'SELECT 1 AS um', dryRun: true });
    expect(dry.metadata.statistics.query.schema.fields).toMatchObject([{ name: 'um', type: 'INTEGER' }]);
    const [jobs] = await client.getJobs({ maxResults: 5, autoPaginate: false });
    expect(jobs.some(({ id }) => id === job.id)).toBe(true);
    expect(await failure(client.query('SELECT 1 +'))).toBe('400 invalidQuery');
    expect(await failure(client.query('SELECT * FROM nodejs.nada'))).toBe('404 notFound');
    expect(await failure(client.query('SELECT * FROM outro.d.t'))).toBe('403 accessDenied');
  });

  test('a session', async () => {
    const [job] = await client.createQueryJob({ query: 'CREATE TEMP TABLE s AS SELECT 1 AS a', createSession: true });
    await job.getQueryResults();
    const [{ statistics }] = await job.getMetadata();
    const connectionProperties = [{ key: 'session_id', value: statistics.sessionInfo.sessionId as string }];
    const [found] = await client.query({ query: 'SELECT a FROM s', connectionProperties });
    expect(found).toEqual([{ a: 1 }]);
    await client.query({ query: 'CALL BQ.ABORT_SESSION()', connectionProperties });
    expect(await failure(client.query({ query: 'SELECT a FROM s', connectionProperties }))).toBe('404 notFound');
  });

  test('loads, copies and extracts', { timeout: 60_000 }, async () => {
    const dataset = client.dataset('nodejs');
    const file = join(folder, 'dados.csv');
    writeFileSync(file, 'id,nome\n1,São Cristóvão\n2,Méier\n');
    await dataset.table('carga').load(file, { autodetect: true, sourceFormat: 'CSV' });
    expect(await rows('SELECT * FROM nodejs.carga ORDER BY id')).toEqual([
      { id: 1, nome: 'São Cristóvão' },
      { id: 2, nome: 'Méier' },
    ]);
    await dataset.table('carga').copy(dataset.table('copia'));
    expect(await rows('SELECT COUNT(*) AS n FROM nodejs.copia')).toEqual([{ n: 2 }]);
    // By a stream the file is sent in pieces.
    await new Promise<void>((resolve, reject) => {
      const stream = dataset.table('carga').createWriteStream({ sourceFormat: 'CSV', skipLeadingRows: 1 });
      stream.on('job', (job: Job) => job.on('complete', () => resolve()).on('error', reject));
      stream.on('error', reject);
      stream.end('id,nome\n3,Urca\n');
    });
    expect(await rows('SELECT COUNT(*) AS n FROM nodejs.carga')).toEqual([{ n: 3 }]);
    expect(await failure(dataset.getModels())).toBe('422 notImplemented');
  });
});
