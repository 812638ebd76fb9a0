import type { SourceFile, SourceTable } from './source.ts';

/** A Parquet file, read by DuckDB, whose texts of dates and times are those of GoogleSQL. */
export async function openParquet(file: SourceFile): Promise<SourceTable> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const from = `read_parquet('${file.path.replaceAll("'", "''")}', hive_partitioning = false)`;

  async function connect() {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1', memory_limit: '256MB' });
    const connection = await instance.connect();
    const close = () => {
      connection.closeSync();
      instance.closeSync();
    };
    return { connection, close };
  }

  const { connection, close } = await connect();
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
    const columns = described.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
    return {
      columns: columns.map(({ name }) => name),
      about: 'Parquet',
      async *rows() {
        const open = await connect();
        try {
          const texts = columns.map(({ name, type }) => text(`"${name.replaceAll('"', '""')}"`, type)).join(', ');
          const result = await open.connection.stream(`SELECT ${texts} FROM ${from}`);
          let line = 0;
          for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; ) {
            for (const row of chunk.getRows()) {
              line += 1;
              yield { line, values: row.map((value) => (value === null || value === '' ? null : String(value))) };
            }
            chunk = await result.fetchChunk();
          }
        } finally {
          open.close();
        }
      },
    };
  } finally {
    close();
  }
}

/** What is nested becomes JSON, bytes base64. */
function text(column: string, type: string): string {
  if (type === 'BLOB') return `base64(${column})`;
  return /^(STRUCT|MAP)|\[\]$/.test(type) ? `to_json(${column})::VARCHAR` : `${column}::VARCHAR`;
}
