import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commitMark, committed } from './catalog/commits.ts';
import type { WarehouseClient } from './port.ts';
import { childId } from './script.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
let client: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
  await client.ensureDataset('rio', 'adm');
});
afterAll(() => open.close());

const query = (sql: string, jobId?: string) =>
  client.query({ sql, project: 'rio', dataset: 'adm', ...(jobId === undefined ? {} : { jobId }) });
const rows = async (sql: string) => (await query(sql)).rows;

describe('a script', () => {
  test('declares, sets, branches and loops', async () => {
    expect(
      await rows(`
        DECLARE i, total INT64 DEFAULT 0;
        DECLARE names ARRAY<STRING> DEFAULT ['a', 'b'];
        WHILE TRUE DO
          SET i = i + 1;
          IF i = 2 THEN CONTINUE; ELSEIF i > 4 THEN BREAK; END IF;
          SET total = total + i;
        END WHILE;
        REPEAT SET i = i + 10; UNTIL i > 30 END REPEAT;
        FOR row IN (SELECT n FROM UNNEST([100, 200]) AS n) DO SET total = total + row.n; END FOR;
        CASE WHEN total = 308 THEN SET names = ARRAY_CONCAT(names, ['c']); ELSE SET names = []; END CASE;
        SELECT i, total, ARRAY_TO_STRING(names, '') AS names;`),
    ).toEqual([{ i: 35, total: 308, names: 'abc' }]);
  });

  test('has temporary tables and functions of its own', async () => {
    const sql = `
      CREATE TEMP FUNCTION dobro(x INT64) AS (x * 2);
      CREATE TEMP TABLE parte AS SELECT n, dobro(n) AS d FROM UNNEST(GENERATE_ARRAY(1, 3)) AS n;
      INSERT INTO parte VALUES (10, 20);
      UPDATE parte SET d = 0 WHERE n = 1;
      CREATE OR REPLACE TABLE adm.final AS SELECT * FROM parte;
      DROP TABLE parte;
      CREATE TEMP TABLE parte (x STRING);
      SELECT COUNT(*) AS n, (SELECT SUM(d) FROM adm.final) AS d FROM parte`;
    expect(await rows(sql)).toEqual([{ n: 0, d: 30 }]);
    await expect(query('SELECT * FROM parte')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await rows('SELECT COUNT(*) AS n FROM adm.final')).toEqual([{ n: 4 }]);
  });

  test('catches errors, raises and tells what happened', async () => {
    const [row] = await rows(`
      DECLARE said STRING;
      BEGIN
        SELECT 1 / 0;
      EXCEPTION WHEN ERROR THEN
        SET said = CONCAT(@@error.message, '|', @@error.statement_text);
      END;
      SELECT said`);
    expect(row).toEqual({ said: expect.stringMatching(/^division by zero.* at \[4:9\]\|SELECT 1 \/ 0$/) });
    await expect(query(`SELECT 1;\nRAISE USING MESSAGE = 'chega'`)).rejects.toMatchObject({
      code: 'INVALID',
      message: 'chega at [2:1]',
    });
    await expect(query(`SELECT 1;\n  SELECT nada`)).rejects.toMatchObject({
      message: expect.stringContaining('Unrecognized name: nada at [2:10]'),
    });
    await expect(query('DECLARE x NADA; SELECT 1')).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('runs text with parameters and puts the answer into variables', async () => {
    expect(
      await rows(`
        DECLARE a INT64; DECLARE b STRING;
        EXECUTE IMMEDIATE 'CREATE OR REPLACE TABLE adm.dinamica AS SELECT ? AS x, @@project_id AS p' USING 7;
        EXECUTE IMMEDIATE 'SELECT x + @mais, p FROM adm.dinamica' INTO a, b USING 1 AS mais;
        SELECT a, b`),
    ).toEqual([{ a: 8, b: 'rio' }]);
  });

  test('calls procedures with OUT parameters, which see temporary tables', async () => {
    await query(`CREATE OR REPLACE PROCEDURE adm.soma(x INT64, OUT s INT64)
      BEGIN
        SET s = x + (SELECT SUM(n) FROM base);
      END`);
    expect(
      await rows(`
        DECLARE s INT64;
        CREATE TEMP TABLE base AS SELECT 40 AS n;
        CALL adm.soma(2, s);
        SELECT s`),
    ).toEqual([{ s: 42 }]);
    await expect(query('CALL adm.nada()')).rejects.toMatchObject({ message: expect.stringContaining('not found') });
  });

  test('commits and rolls back what is in a transaction', async () => {
    await query('CREATE OR REPLACE TABLE adm.conta AS SELECT 1 AS x');
    await query(`BEGIN TRANSACTION;
      INSERT INTO adm.conta VALUES (2);
      CREATE TEMP TABLE vista AS SELECT COUNT(*) AS n FROM adm.conta;
      INSERT INTO adm.conta SELECT n + 1 FROM vista;
      COMMIT TRANSACTION;`);
    expect(await rows('SELECT x FROM adm.conta ORDER BY x')).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
    await query('BEGIN TRANSACTION; DELETE FROM adm.conta WHERE TRUE; ROLLBACK TRANSACTION;');
    // One that nobody ends, and one that fails, are as if they had not been.
    await query('BEGIN TRANSACTION; DELETE FROM adm.conta WHERE TRUE;');
    await expect(
      query('BEGIN TRANSACTION; DELETE FROM adm.conta WHERE TRUE; SELECT 1 / 0; COMMIT TRANSACTION;'),
    ).rejects.toMatchObject({ code: 'INVALID' });
    expect(await rows('SELECT COUNT(*) AS n FROM adm.conta')).toEqual([{ n: 3 }]);
    await expect(
      query('BEGIN TRANSACTION; CREATE TABLE adm.outra (x INT64); COMMIT TRANSACTION;'),
    ).rejects.toMatchObject({ code: 'INVALID', message: expect.stringContaining('not supported in a transaction') });
    await expect(query('COMMIT TRANSACTION; SELECT 1')).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('knows system variables', async () => {
    const [row] = await rows(`
      CREATE TEMP TABLE t AS SELECT 1 AS x;
      INSERT INTO t VALUES (2), (3);
      SELECT @@row_count AS changed, @@script.num_child_jobs AS jobs, @@dataset_id AS d,
        @@last_job_id LIKE 'script_job_%_1' AS last, @@script.creation_time <= CURRENT_TIMESTAMP() AS t`);
    expect(row).toEqual({ changed: 2, jobs: 2, d: 'adm', last: true, t: true });
    expect(await rows("SET @@dataset_id = 'adm'; SELECT @@dataset_id AS d, SESSION_USER() AS u")).toEqual([
      { d: 'adm', u: 'editor@rio' },
    ]);
    expect(
      await rows("SET @@time_zone = 'America/Sao_Paulo'; SELECT @@time_zone AS z, DATE(TIMESTAMP '2024-01-01') AS d"),
    ).toEqual([{ z: 'America/Sao_Paulo', d: '2024-01-01' }]);
    await expect(query("SET @@time_zone = '3 o''clock'; SELECT 1")).rejects.toMatchObject({ code: 'INVALID' });
    await expect(query('SET @@row_count = 1; SELECT 1')).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('may change and read nothing that its user may not', async () => {
    await query('CREATE OR REPLACE TABLE adm.segredo AS SELECT 1 AS x');
    await open.access.putAgency({ id: 'saude', name: 'Saúde' });
    await open.access.putProject({ id: 'saude', agency: 'saude' });
    const { principal } = await open.principal('editor@saude', 'editor', 'saude');
    const stranger = open.warehouse.client(principal);
    for (const statement of [
      'DECLARE x INT64 DEFAULT (SELECT x FROM `rio.adm.segredo`); SELECT x',
      'BEGIN DELETE FROM `rio.adm.segredo` WHERE TRUE; END',
      "EXECUTE IMMEDIATE 'SELECT * FROM `rio.adm.segredo`'",
      'FOR r IN (SELECT * FROM `rio.adm.segredo`) DO SELECT r.x; END FOR',
      // That there is a column of another name is not told either.
      'SELECT y FROM `rio.adm.segredo`',
    ]) {
      await expect(stranger.query({ sql: statement, project: 'saude' }), statement).rejects.toMatchObject({
        code: 'DENIED',
      });
    }
    await expect(stranger.query({ sql: 'CALL `rio.adm.soma`(1, x)', project: 'saude' })).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
});

describe('the jobs of a script', () => {
  test('are its statements, with ids that follow from its own', async () => {
    await query('CREATE OR REPLACE TABLE adm.t AS SELECT 1 AS x');
    const sql = `DECLARE n INT64 DEFAULT (SELECT COUNT(*) FROM adm.t);
INSERT INTO adm.t VALUES (n);
SELECT x FROM adm.t`;
    const result = await query(sql, 'parent');
    expect(result).toMatchObject({ jobId: 'parent', statementType: 'SCRIPT', rows: [{ x: 1 }, { x: 1 }] });
    const children = await open.warehouse.jobs.list('rio', { parent: 'parent', limit: 10 });
    const parent = { project: 'rio', id: 'parent' };
    expect(children).toMatchObject([
      { id: childId(parent, 0), statementType: 'SELECT', statistics: { script: { evaluationKind: 'EXPRESSION' } } },
      {
        id: childId(parent, 1),
        parent: 'parent',
        statementType: 'INSERT',
        sql: 'INSERT INTO adm.t VALUES (n)',
        affectedRows: 1,
        statistics: { script: { evaluationKind: 'STATEMENT', startLine: 2, startColumn: 1 } },
      },
      { id: childId(parent, 2), statementType: 'SELECT' },
    ]);
    expect((await open.warehouse.jobs.list('rio', { limit: 100 })).filter((job) => job.parent !== undefined)).toEqual(
      [],
    );
    expect(await open.warehouse.jobs.find('rio', 'parent')).toMatchObject({ statistics: { children: 3 } });
    // The same id again is the same answer, and nothing is done.
    expect(await query(sql, 'parent')).toMatchObject({ rows: [{ x: 1 }, { x: 1 }] });
    expect(await rows('SELECT COUNT(*) AS n FROM adm.t')).toEqual([{ n: 2 }]);
  });

  test('a long result of the last statement is read by the script’s id', async () => {
    const { jobId, totalRows } = await query(
      'SELECT 1; SELECT n FROM UNNEST(GENERATE_ARRAY(0, 12344)) AS n ORDER BY n',
    );
    expect(totalRows).toBe(12345);
    expect(await client.rows(jobId, 12343, 10)).toEqual([{ n: 12343 }, { n: 12344 }]);
  });

  test('a script whose engine is killed has failed, and is not run again', async () => {
    await query('CREATE OR REPLACE TABLE adm.meia AS SELECT 0 AS x');
    const sql = `INSERT INTO adm.meia VALUES (1);
      SELECT SUM(a * b) AS x FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000000)) AS b`;
    const run = query(sql, 'killed').catch((error: unknown) => error);
    await expect
      .poll(async () =>
        (await open.warehouse.jobs.list('rio', { parent: 'killed', limit: 5 })).map(({ state }) => state),
      )
      .toEqual(['DONE', 'RUNNING']);
    process.kill(open.enginePid(), 'SIGKILL');
    expect(await run).toMatchObject({ code: 'UNAVAILABLE' });
    await expect(query(sql, 'killed')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await rows('SELECT COUNT(*) AS n FROM adm.meia')).toEqual([{ n: 2 }]);
  });

  test('a script whose server is gone is settled as failed, its statements by what was committed', async () => {
    await query('CREATE OR REPLACE TABLE adm.resto AS SELECT 0 AS x');
    await query('INSERT INTO adm.resto VALUES (1); SELECT 1', 'gone');
    const done = childId({ project: 'rio', id: 'gone' }, 0);
    expect(await committed(open.store.tables<never>(), commitMark('rio', done))).toEqual({ affectedRows: 1 });
    // As it is when the server dies between the commit and the end of the jobs.
    await open.forgetEnds(['gone', done]);
    await open.reopen();
    expect(await open.warehouse.jobs.find('rio', 'gone')).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    expect(await open.warehouse.jobs.find('rio', done)).toMatchObject({ state: 'DONE', affectedRows: 1 });
    await expect(query('INSERT INTO adm.resto VALUES (1); SELECT 1', 'gone')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  test('a script stops when it is cancelled', async () => {
    const controller = new AbortController();
    const sql = 'DECLARE i INT64 DEFAULT 0; LOOP SET i = i + 1; END LOOP';
    const run = client.query({ sql, project: 'rio', jobId: 'endless', signal: controller.signal });
    const outcome = expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect.poll(async () => (await open.warehouse.jobs.find('rio', 'endless'))?.state).toBe('RUNNING');
    controller.abort();
    await outcome;
  });
});
