import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { syncNewFiles, tablesIn } from './engines/duckdb/sync.ts';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
beforeAll(async () => {
  open = await openTestWarehouse();
});
afterAll(() => open.close());

test('the new files of written tables are found by name and time, in partitions too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'arcos-sync-'));
  const put = (...path: string[]) => {
    mkdirSync(join(dir, ...path, '..'), { recursive: true });
    writeFileSync(join(dir, ...path), '');
  };
  const old = 'ducklake-01900000-0000-7000-8000-000000000000.parquet';
  const fresh = 'ducklake-01a1fdb5-5ea8-7faf-827b-d50897363e60.parquet';
  put('rio.adm', 'chamado', old);
  put('rio.adm', 'chamado', fresh);
  put('rio.adm', 'chamado', 'year=2024', fresh);
  put('rio.adm', 'outra', fresh);
  const [table] = tablesIn(['INSERT INTO lake."rio.adm"."chamado" SELECT 1']);
  expect(table).toEqual({ schema: 'rio.adm', table: 'chamado' });
  const since = 0x01a1fdb55ea8;
  expect(await syncNewFiles(dir, { folders: [], made: ['chamado'] }, since)).toBe(2);
  expect(await syncNewFiles(dir, { folders: ['rio.adm/outra'], made: [] }, since)).toBe(1);
  rmSync(dir, { recursive: true });
});

test('a commit comes after the sync of its files', async ({ skip }) => {
  if (spawnSync('strace', ['-V']).error !== undefined) skip('there is no strace');
  const { warehouse, editor } = open;
  await warehouse.run(editor, { sql: 'CREATE SCHEMA gelo', project: 'rio' });
  const trace = spawn('strace', ['-f', '-y', '-s', '200', '-e', 'trace=fsync,sendto', '-p', String(open.enginePid())]);
  const lines = await linesOf(trace);
  await warehouse.run(editor, {
    sql: "CREATE TABLE gelo.dia PARTITION BY d AS SELECT DATE '2024-01-01' AS d, 1 AS n UNION ALL SELECT DATE '2024-01-02', 2",
    project: 'rio',
  });
  trace.kill('SIGINT');
  await new Promise((done) => trace.once('close', done));
  const synced = lines.findLastIndex((line) => /fsync\(.*\.parquet>/.test(line));
  const folder = lines.findLastIndex((line) => /fsync\(.*\/dia>/.test(line));
  // DuckLake commits by writing its snapshot to PostgreSQL.
  const committed = lines.findIndex((line) => line.includes('INSERT INTO ') && line.includes('ducklake_snapshot'));
  expect(synced).toBeGreaterThanOrEqual(0);
  expect(folder).toBeGreaterThan(0);
  expect(committed).toBeGreaterThan(Math.max(synced, folder));
});

/** What a process writes to its standard error, once it says that it is attached. */
async function linesOf(trace: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  await new Promise<void>((attached) => {
    trace.stderr?.on('data', (chunk: Buffer) => {
      lines.push(...chunk.toString().split('\n'));
      if (chunk.includes('attached')) attached();
    });
  });
  return lines;
}
