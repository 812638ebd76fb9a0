import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText } from '../../src/sql/duckdb.ts';
import { openTestWarehouse } from '../../src/warehouse/testing.ts';
import { setup } from '../../test/support/postgres.ts';
import type { BenchCase } from '../case.ts';
import { makeCalls, openDucks } from '../ducklake.ts';
import { temporaryFolder } from '../folder.ts';

/** `ARCOS_BENCH_MB=50` tries it on less. */
const MEGABYTES = Number(process.env['ARCOS_BENCH_MB'] ?? 1000);
/** A row of the file is about as many bytes. */
const ROW_BYTES = 80;
const COLUMNS = {
  id: 'INT64',
  begun: 'DATETIME',
  day: 'DATE',
  neighbourhood: 'INT64',
  kind: 'STRING',
  longitude: 'FLOAT64',
  latitude: 'FLOAT64',
};
const TYPES = {
  id: 'BIGINT',
  begun: 'TIMESTAMP',
  day: 'DATE',
  neighbourhood: 'BIGINT',
  kind: 'VARCHAR',
  longitude: 'DOUBLE',
  latitude: 'DOUBLE',
};

export const bench: BenchCase = {
  describe: `${MEGABYTES} MB of CSV into a table partitioned by month: a load job / read_csv into DuckLake by DuckDB. Bar: 1.3`,
  rounds: 2,
  async prepare() {
    await using opening = new AsyncDisposableStack();
    const folder = await temporaryFolder(opening);
    const ducks = await openDucks({ memory: '1GB' });
    opening.defer(() => ducks.close());
    const { connection } = ducks;
    await makeCalls(connection, Math.round((MEGABYTES * 1_000_000) / ROW_BYTES));
    const file = join(folder, 'calls.csv');
    await connection.run(`COPY memory.calls TO ${quoteText(file)} (FORMAT csv, HEADER true)`);
    await connection.run('DROP TABLE memory.calls');
    opening.defer(await setup());
    const { warehouse, lake, editor, close } = await openTestWarehouse();
    opening.defer(close);
    await warehouse.run(editor, { sql: 'CREATE SCHEMA adm', project: 'rio' });
    await lake.putBucket({ name: 'entrada', project: 'rio', purpose: 'data' });
    await lake.write({ bucket: 'entrada', name: 'calls.csv' }, createReadStream(file));
    console.log(`  ${Math.round((await stat(file)).size / 1_000_000)} MB`);
    const open = opening.move();
    let job = 0;
    return {
      async ours() {
        await warehouse.transfer(editor, {
          project: 'rio',
          jobId: `load_${++job}`,
          load: {
            destinationTable: { projectId: 'rio', datasetId: 'adm', tableId: 'calls' },
            sourceUris: ['gs://entrada/calls.csv'],
            skipLeadingRows: 1,
            writeDisposition: 'WRITE_TRUNCATE',
            schema: { fields: Object.entries(COLUMNS).map(([name, type]) => ({ name, type })) },
            timePartitioning: { type: 'MONTH', field: 'day' },
          },
        });
      },
      async peer() {
        const columns = Object.entries(TYPES).map(([name, type]) => `${name}: '${type}'`);
        const rows = `FROM read_csv(${quoteText(file)}, header = true, auto_detect = false, columns = {${columns.join(', ')}})`;
        for (const step of [
          'BEGIN',
          `CREATE OR REPLACE TABLE lake.main.calls (${Object.entries(TYPES)
            .map(([name, type]) => `${name} ${type}`)
            .join(', ')})`,
          'ALTER TABLE lake.main.calls SET PARTITIONED BY (year(day), month(day))',
          `INSERT INTO lake.main.calls ${rows}`,
          'COMMIT',
        ])
          await connection.run(step);
      },
      close: () => open.disposeAsync(),
    };
  },
};
