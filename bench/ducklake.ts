import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { quoteText } from '../src/sql/duckdb.ts';
import { indexDuckLake } from '../src/warehouse/catalog/native.ts';
import { catalogConnection } from '../src/warehouse/engines/duckdb/connection.ts';
import { ensureExtensions, extensionPath } from '../src/warehouse/engines/duckdb/extensions.ts';
import { openDatabase } from './database.ts';
import { temporaryFolder } from './folder.ts';

/** One DuckDB with a DuckLake as `lake` and a file of its own as `own`: the same engine, memory and threads for both. */
export interface Ducks {
  readonly connection: DuckDBConnection;
  close(): Promise<void>;
}

/** Set up as the warehouse sets its engines up (src/warehouse/engines/duckdb/process.ts). */
export async function openDucks({ memory = '512MB' } = {}): Promise<Ducks> {
  const extensions = await ensureExtensions();
  await using opening = new AsyncDisposableStack();
  const folder = await temporaryFolder(opening);
  const store = await openDatabase();
  opening.defer(() => store.close());
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: memory,
    threads: '2',
    temp_directory: join(folder, 'temp'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  opening.defer(() => instance.closeSync());
  const connection = await instance.connect();
  opening.defer(() => connection.closeSync());
  for (const name of ['ducklake', 'postgres_scanner'] as const) {
    await connection.run(`LOAD ${quoteText(extensionPath(extensions, name))}`);
  }
  await connection.run(
    `ATTACH ${quoteText(`ducklake:postgres:${catalogConnection(store.url, 'arcos-bench')}`)} AS lake
      (DATA_PATH ${quoteText(`${folder}/lake/`)}, METADATA_SCHEMA 'ducklake', DATA_INLINING_ROW_LIMIT 0)`,
  );
  await indexDuckLake(store.tables<never>());
  await connection.run(`ATTACH ${quoteText(join(folder, 'own.duckdb'))} AS own`);
  const open = opening.move();
  return { connection, close: () => open.disposeAsync() };
}

/** `memory.calls`: rows like those of a city's service calls, the same every time, in order of time over 24 months. */
export async function makeCalls(connection: DuckDBConnection, rows: number): Promise<void> {
  await connection.run(`
    CREATE TABLE memory.calls AS
    SELECT i AS id,
      TIMESTAMP '2023-01-01' + to_seconds(i * ${Math.floor((730 * 86_400) / rows)}) AS begun,
      CAST(begun AS DATE) AS day,
      CAST(hash(i) % 165 AS INTEGER) AS neighbourhood,
      'kind ' || hash(i + 1) % 40 AS kind,
      -43.7 + hash(i + 2) % 10000 / 20000.0 AS longitude,
      -23.0 + hash(i + 3) % 10000 / 50000.0 AS latitude
    FROM range(${rows}) AS numbers(i)`);
}

/** Steps that make `lake.main.calls` of `memory.calls`, partitioned by month, as the warehouse makes tables. */
export const CALLS_IN_LAKE: readonly string[] = [
  'BEGIN',
  'CREATE OR REPLACE TABLE lake.main.calls AS FROM memory.calls LIMIT 0',
  'ALTER TABLE lake.main.calls SET PARTITIONED BY (year(day), month(day))',
  'INSERT INTO lake.main.calls FROM memory.calls',
  'COMMIT',
];

export const CALLS_IN_FILE = 'CREATE OR REPLACE TABLE own.main.calls AS FROM memory.calls';

export async function runAll(connection: DuckDBConnection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await connection.run(statement);
}
