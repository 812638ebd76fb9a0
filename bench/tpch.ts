import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type DuckDBConnection, version } from '@duckdb/node-api';
import type { Catalog, ColumnInfo, NativeRelation } from '../src/sql/catalog.ts';
import { duckdbType, quoteName, quoteText } from '../src/sql/duckdb.ts';
import type { ScalarName } from '../src/sql/type.ts';

const TABLES = ['nation', 'region', 'supplier', 'customer', 'part', 'partsupp', 'orders', 'lineitem'];

/** The types that the warehouse keeps TPC-H's in. */
const TYPES: Readonly<Record<string, ScalarName>> = {
  BIGINT: 'INT64',
  INTEGER: 'INT64',
  DATE: 'DATE',
  VARCHAR: 'STRING',
};

/** DuckDB's extension that makes TPC-H's rows and has its queries; pinned like those of the warehouse (extensions.txt). */
export async function loadTpch(connection: DuckDBConnection, folder: string): Promise<void> {
  const file = join(folder, 'tpch.duckdb_extension');
  if (!existsSync(file)) await fetchExtension(connection, folder);
  await connection.run(`LOAD ${quoteText(existsSync(file) ? file : 'tpch')}`);
}

async function fetchExtension(connection: DuckDBConnection, folder: string): Promise<void> {
  const run = promisify(execFile);
  await mkdir(folder, { recursive: true });
  try {
    await connection.run('INSTALL tpch');
  } catch {
    const name = `duckdb-extension-tpch==${version().replace(/^v/, '')}`;
    const flags = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet', '--target', folder];
    await run('python3', ['-m', 'pip', 'install', ...flags, name]);
    const inWheel = join(folder, 'duckdb_extension_tpch', 'extensions', version(), 'tpch.duckdb_extension');
    await rename(inWheel, join(folder, 'tpch.duckdb_extension'));
  }
}

/** Makes the tables of a scale factor as `lake.main.*`, in steps of a twentieth of it. Gives what GoogleSQL knows of them. */
export async function makeTables(connection: DuckDBConnection, scale: number): Promise<Catalog> {
  const steps = Math.max(1, Math.round(scale * 20));
  const relations: NativeRelation[] = [];
  for (let step = 0; step < steps; step++) {
    await connection.run(`CALL dbgen(sf=${scale}, children=${steps}, step=${step})`);
    for (const name of TABLES) {
      const reader = await connection.runAndReadAll(`DESCRIBE memory.main.${name}`);
      const columns = reader.getRows().map(([column, type]): ColumnInfo => {
        const kind = TYPES[String(type)] ?? 'NUMERIC';
        return { name: String(column), type: { kind }, nullable: true };
      });
      const values = columns.map(
        (column) => `CAST(${quoteName(column.name)} AS ${duckdbType(column.type)}) AS ${quoteName(column.name)}`,
      );
      const rows = `SELECT ${values.join(', ')} FROM memory.main.${name}`;
      const there = step > 0;
      await connection.run(
        there ? `INSERT INTO lake.main.${name} ${rows}` : `CREATE TABLE lake.main.${name} AS ${rows}`,
      );
      await connection.run(`DROP TABLE memory.main.${name}`);
      if (there) continue;
      const path = { project: 'rio', dataset: 'tpch', table: name };
      relations.push({ kind: 'native', path, columns, engineName: `lake.main.${name}` });
    }
  }
  return {
    relation: (path) => relations.find((relation) => relation.path.table === path.table),
    neighbours: () => [],
  };
}

/** The 22 queries with their validation parameters (TPC-H specification, clause 2.4), as both dialects read them. */
export async function queries(connection: DuckDBConnection): Promise<readonly string[]> {
  const reader = await connection.runAndReadAll('SELECT query FROM tpch_queries() ORDER BY query_nr');
  return reader.getRows().map(([text]) =>
    String(text)
      .replace(/;\s*$/, '')
      .replace(/substring\((\w+) FROM (\d) FOR (\d)\)/gi, 'substr($1, $2, $3)')
      // Query 13 names a derived table's columns behind its alias.
      .replace(/count\(o_orderkey\)(?=\s+FROM)/i, 'count(o_orderkey) AS c_count')
      .replace(/AS c_orders \([^)]*\)/i, 'AS c_orders'),
  );
}
