import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from './job.ts';
import type { QueryJobRequest } from './queries.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
const run = async (sql: string, options: Partial<QueryJobRequest> = {}): Promise<Job> =>
  (await open.warehouse.run(open.editor, { sql, project: 'rio', ...options })).job;
const dry = async (sql: string): Promise<number> =>
  (await open.warehouse.dryRun(open.editor, { sql, project: 'rio' })).bytesProcessed;

beforeAll(async () => {
  open = await openTestWarehouse();
  await run('CREATE SCHEMA adm');
  await run(`CREATE TABLE adm.chamado PARTITION BY DATE_TRUNC(dia, MONTH) AS
    SELECT DATE_ADD(DATE '2024-01-01', INTERVAL n DAY) AS dia, n AS id, REPEAT('x', 50) || CAST(n AS STRING) AS texto,
      TIMESTAMP_ADD(TIMESTAMP '2024-01-01 12:00:00+00', INTERVAL n DAY) AS momento
    FROM UNNEST(GENERATE_ARRAY(0, 299)) AS n`);
  await run('CREATE VIEW adm.visao AS SELECT * FROM rio.adm.chamado');
}, 60_000);
afterAll(() => open.close(), 30_000);

test('a dry run tells what the run then reports, without columns and partitions that nobody asks for', async () => {
  const whole = await dry('SELECT * FROM adm.chamado');
  const month = "dia BETWEEN '2024-03-01' AND '2024-03-31'";
  const tenth = [
    `SELECT * FROM adm.chamado WHERE ${month}`,
    `SELECT * FROM adm.visao WHERE ${month}`,
    `WITH x AS (SELECT * FROM adm.chamado WHERE ${month}) SELECT * FROM x`,
    "SELECT * FROM (SELECT * FROM adm.chamado UNION ALL SELECT * FROM adm.chamado) WHERE dia IN ('2024-03-05')",
    "SELECT * FROM adm.chamado WHERE dia = DATE_SUB(DATE '2024-04-02', INTERVAL 3 DAY)",
    "SELECT * FROM adm.chamado WHERE momento >= TIMESTAMP '2024-10-01 00:00:00+00'",
    "SELECT * FROM adm.chamado WHERE DATE(momento) = '2024-03-05'",
    'SELECT * FROM adm.chamado WHERE id < 31',
  ];
  for (const sql of tenth) {
    const bytes = await dry(sql);
    expect(bytes, sql).toBeGreaterThan(0);
    expect(bytes, sql).toBeLessThan(whole * (sql.includes('UNION') ? 0.25 : 0.15));
    expect((await run(sql)).bytesProcessed, sql).toBe(bytes);
  }
  const column = await dry('SELECT id FROM adm.chamado');
  expect(column).toBeLessThan(whole / 2);
  expect(await dry('SELECT id FROM (SELECT *, UPPER(texto) AS t FROM adm.visao)')).toBe(column);
  expect(await dry('SELECT COUNT(*) FROM adm.chamado')).toBe(0);
  // A window sees the rows that are taken out behind it.
  const window = `SELECT id FROM (SELECT id, dia, SUM(id) OVER () AS s FROM adm.chamado) WHERE ${month}`;
  expect(await dry(window)).toBeGreaterThan(column);
});

test('a query that would read more than maximumBytesBilled is refused, and is in the history with its reason', async () => {
  const bytes = await dry('SELECT texto FROM adm.chamado');
  expect((await run('SELECT texto FROM adm.chamado', { maximumBytesBilled: bytes })).bytesProcessed).toBe(bytes);
  const refused = run('SELECT texto, id FROM adm.chamado', { maximumBytesBilled: bytes });
  await expect(refused).rejects.toMatchObject({ code: 'INVALID', data: { reason: 'bytesBilledLimitExceeded' } });
  const script = run('SELECT texto FROM adm.chamado; SELECT texto FROM adm.chamado WHERE id > 1', {
    maximumBytesBilled: bytes,
  });
  await expect(script).rejects.toMatchObject({ data: { reason: 'bytesBilledLimitExceeded' } });
});

test('a query is answered by an earlier one until its tables change, where nothing changes by itself', async () => {
  const sql = 'SELECT id, texto FROM adm.chamado WHERE id = 7';
  const first = await run(sql);
  expect(first.statistics.cacheHit).toBeUndefined();
  const second = await run(sql);
  expect(second).toMatchObject({ statistics: { cacheHit: true }, bytesProcessed: 0, totalRows: 1 });
  expect(second.rows).toEqual(first.rows);
  expect((await run(sql, { useQueryCache: false })).statistics.cacheHit).toBeUndefined();
  for (const changing of [
    'SELECT id, RAND() AS r FROM adm.chamado',
    'SELECT CURRENT_TIMESTAMP() AS t, id FROM adm.chamado',
  ]) {
    await run(changing);
    expect((await run(changing)).statistics.cacheHit, changing).toBeUndefined();
  }
  await run("UPDATE adm.chamado SET texto = 'novo' WHERE id = 7");
  const third = await run(sql);
  expect(third.statistics.cacheHit).toBeUndefined();
  expect(third.rows).not.toEqual(first.rows);
  expect(third.statistics.slotMs).toBeGreaterThanOrEqual(0);
});

test('who may see other rows never gets another reader’s answer', async () => {
  await run('CREATE TABLE adm.segredo AS SELECT n FROM UNNEST([1, 2, 3]) AS n');
  await run("CREATE ROW ACCESS POLICY um ON adm.segredo GRANT TO ('user:ana@rio') FILTER USING (n = 1)").catch(
    () => undefined,
  );
  const { principal: administrator } = await open.principal('admin@rio', 'administrador', 'rio');
  for (const [name, filter] of [
    ['ana@rio', 'n = 1'],
    ['bia@rio', 'n >= 2'],
  ] as const) {
    await open.warehouse.run(administrator, {
      sql: `CREATE ROW ACCESS POLICY ${name.slice(0, 3)} ON adm.segredo GRANT TO ('user:${name}') FILTER USING (${filter})`,
      project: 'rio',
    });
  }
  const rows = async (name: string) => {
    const { principal } = await open.principal(name, 'leitor', 'rio');
    const { job } = await open.warehouse.run(principal, {
      sql: 'SELECT COUNT(*) AS n FROM adm.segredo',
      project: 'rio',
    });
    return job.rows?.seconds;
  };
  expect([await rows('ana@rio'), await rows('bia@rio'), await rows('ana@rio')]).toEqual([
    '{"f":[{"v":"1"}]}',
    '{"f":[{"v":"2"}]}',
    '{"f":[{"v":"1"}]}',
  ]);
});

test('a large answer is read again in pages', async () => {
  await run('CREATE TABLE adm.muitos AS SELECT n FROM UNNEST(GENERATE_ARRAY(1, 15000)) AS n');
  await run('SELECT n FROM adm.muitos');
  const { job } = await open.warehouse.run(open.editor, { sql: 'SELECT n FROM adm.muitos', project: 'rio' });
  expect(job).toMatchObject({ statistics: { cacheHit: true }, totalRows: 15_000 });
  const { page } = await open.warehouse.page(open.editor, 'rio', job.id, 14_990, 100);
  expect(page.rows).toBe(10);
});
