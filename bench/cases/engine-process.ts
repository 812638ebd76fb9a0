import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { silentLog } from '../../src/base/log.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { createEnginePool } from '../../src/warehouse/engines/duckdb/pool.ts';
import type { BenchCase } from '../case.ts';
import { openDatabase } from '../database.ts';
import { temporaryFolder } from '../folder.ts';

const TASKS = 200;
const STEP = 'SELECT sum(i) FROM range(1000) AS numbers(i)';

export const bench: BenchCase = {
  describe: '200 transactions of one small query, one after the other: in an engine process / in this process',
  rounds: 9,
  operations: TASKS,
  async prepare() {
    const extensionsDir = await ensureExtensions();
    await using opening = new AsyncDisposableStack();
    const folder = await temporaryFolder(opening);
    const store = await openDatabase();
    opening.defer(() => store.close());
    const pool = createEnginePool(
      {
        extensionsDir,
        catalog: store.url,
        dataDir: join(folder, 'data'),
        limits: { memoryLimit: '512MB', threads: 2, tempDir: join(folder, 'temp'), firstAgency: 'rio' },
        connections: 'arcos-bench',
      },
      silentLog,
    );
    opening.defer(() => pool.stop());
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: '512MB', threads: '2' });
    opening.defer(() => instance.closeSync());
    const open = opening.move();
    return {
      async ours() {
        for (let task = 0; task < TASKS; task++) await pool.engine('rio').run({ steps: [STEP] });
      },
      async peer() {
        for (let task = 0; task < TASKS; task++) {
          const connection = await instance.connect();
          for (const statement of ['BEGIN', STEP, 'COMMIT']) await connection.run(statement);
          connection.closeSync();
        }
      },
      close: () => open.disposeAsync(),
    };
  },
};
