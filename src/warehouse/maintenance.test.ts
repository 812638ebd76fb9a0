import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestWarehouse, type TestWarehouse } from './testing.ts';

let open: TestWarehouse;
const run = async (text: string) =>
  (await open.warehouse.run(open.editor, { sql: text, project: 'rio', useQueryCache: false })).job;
const rows = async (text: string) => (await run(text)).rows?.seconds;
const files = (): string[] =>
  readdirSync(open.dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.parquet'));
/** As if everything in the lake had happened days ago. */
const age = (days: number) =>
  sql`UPDATE ducklake.ducklake_snapshot SET snapshot_time = snapshot_time - make_interval(days => ${days})`
    .execute(open.store.tables<never>())
    .then(() =>
      sql`UPDATE ducklake.ducklake_files_scheduled_for_deletion SET schedule_start = schedule_start - make_interval(days => ${days})`.execute(
        open.store.tables<never>(),
      ),
    );

beforeAll(async () => {
  open = await openTestWarehouse();
  await run('CREATE SCHEMA adm');
}, 60_000);
afterAll(() => open.close(), 30_000);

test('small files become one, and what no state needs goes after its time', async () => {
  await run('CREATE TABLE adm.pingos (n INT64, d DATE) PARTITION BY d');
  for (let n = 0; n < 4; n++) await run(`INSERT INTO adm.pingos VALUES (${n}, '2024-01-01'), (${n}, '2024-01-02')`);
  await run('DELETE FROM adm.pingos WHERE n = 3');
  const dry = await open.warehouse.maintain({ dryRun: true, keepDays: 7 });
  expect(dry).toMatchObject({
    dryRun: true,
    compacted: ['rio.adm.pingos'],
    expiredSnapshots: 0,
    removedFiles: 0,
    orphans: 0,
  });
  const before = files();
  expect(await open.warehouse.maintain({ dryRun: false, keepDays: 7 })).toMatchObject({
    compacted: ['rio.adm.pingos'],
  });
  expect(await rows('SELECT COUNT(*) AS n FROM adm.pingos')).toBe('{"f":[{"v":"6"}]}');
  // Whoever reads the old files still finds them.
  expect(before.every((file) => files().includes(file))).toBe(true);
  await age(30);
  expect((await open.warehouse.maintain({ dryRun: false, keepDays: 7 })).expiredSnapshots).toBeGreaterThan(0);
  await age(30);
  // Killed between the removal of a file and its note, the next run goes on.
  const gone = before.find((file) => files().includes(file));
  if (gone !== undefined) rmSync(join(open.dataDir, gone));
  expect((await open.warehouse.maintain({ dryRun: false, keepDays: 7 })).removedFiles).toBeGreaterThan(0);
  expect(files()).toHaveLength(2);
  expect(await rows('SELECT COUNT(*) AS n FROM adm.pingos')).toBe('{"f":[{"v":"6"}]}');
  expect((await open.warehouse.maintain({ dryRun: true, keepDays: 7 })).compacted).toEqual([]);
});

test('a file that killed work has left is an orphan once it is a day old', async () => {
  const stray = join(open.dataDir, 'stray.parquet');
  writeFileSync(stray, 'x');
  const { utimesSync } = await import('node:fs');
  expect((await open.warehouse.maintain({ dryRun: false, keepDays: 7 })).orphans).toBe(0);
  utimesSync(stray, new Date(0), new Date(0));
  expect((await open.warehouse.maintain({ dryRun: true, keepDays: 7 })).orphans).toBe(1);
  expect((await open.warehouse.maintain({ dryRun: false, keepDays: 7 })).orphans).toBe(1);
  expect(files()).not.toContain('stray.parquet');
});

test('tables and partitions end when their options or those of the dataset say so', async () => {
  await run("CREATE TABLE adm.ontem (n INT64) OPTIONS (expiration_timestamp = TIMESTAMP '2020-01-01 00:00:00 UTC')");
  await expect(run('SELECT * FROM adm.ontem')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await run(
    'CREATE TABLE adm.amanha (n INT64) OPTIONS (expiration_timestamp = TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY))',
  );
  expect(await rows('SELECT COUNT(*) AS n FROM adm.amanha')).toBe('{"f":[{"v":"0"}]}');
  await run(`CREATE TABLE adm.curta (d DATE) PARTITION BY d OPTIONS (partition_expiration_days = 3, require_partition_filter = TRUE)
    AS SELECT DATE '2020-01-01' AS d UNION ALL SELECT CURRENT_DATE()`);
  await expect(run('SELECT * FROM adm.curta')).rejects.toMatchObject({
    message: expect.stringContaining('without a filter over column'),
  });
  await run('CREATE SCHEMA breve OPTIONS (default_table_expiration_days = 1)');
  await run('CREATE TABLE breve.t (n INT64)');
  const info = await open.warehouse.catalog.table({ project: 'rio', dataset: 'breve', table: 't' });
  expect(info?.lifetime?.expiresAt).toBeGreaterThan(Date.now());
  const report = await open.warehouse.maintain({ dryRun: false, keepDays: 7 });
  expect(report).toMatchObject({ expiredTables: ['rio.adm.ontem'], expiredPartitions: ['rio.adm.curta'] });
  expect(await rows("SELECT COUNT(*) AS n FROM adm.curta WHERE d > '1900-01-01'")).toBe('{"f":[{"v":"1"}]}');
  await run('ALTER TABLE adm.curta SET OPTIONS (require_partition_filter = FALSE, partition_expiration_days = NULL)');
  expect(await rows('SELECT COUNT(*) AS n FROM adm.curta')).toBe('{"f":[{"v":"1"}]}');
});
