import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArcosError } from '../../src/base/errors.ts';
import type { WarehouseClient } from '../../src/warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';

const ROUNDS = 20;
const WRITERS = 4;
/** Rows of the tables that are made: enough for a kill to come in the middle of a file. */
const ROWS = 300_000;

let open: TestWarehouse;
let client: WarehouseClient;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
  await client.ensureDataset('rio', 'adm');
  await query('CREATE TABLE adm.linhas (id STRING, n INT64)', 'make');
});
afterAll(() => open.close(), 30_000);

const query = (sql: string, jobId: string) => client.query({ sql, project: 'rio', jobId });

interface Write {
  readonly jobId: string;
  readonly sql: string;
  /** The rows of this job that are in the warehouse. */
  count(): Promise<number>;
  /** How many there are when it has happened. */
  readonly whole: number;
}

async function countOf(sql: string): Promise<number> {
  const { rows } = await client.query({ sql, project: 'rio' });
  return Number(rows[0]?.['n']);
}

function insert(jobId: string): Write {
  return {
    jobId,
    sql: `INSERT INTO adm.linhas SELECT '${jobId}', n FROM UNNEST(GENERATE_ARRAY(1, 1000)) AS n`,
    count: () => countOf(`SELECT COUNT(*) AS n FROM adm.linhas WHERE id = '${jobId}'`),
    whole: 1000,
  };
}

function create(jobId: string): Write {
  return {
    jobId,
    sql: `CREATE TABLE adm.${jobId} AS SELECT n FROM UNNEST(GENERATE_ARRAY(1, ${ROWS})) AS n`,
    async count() {
      const table = await client.table({ project: 'rio', dataset: 'adm', table: jobId });
      return table === undefined ? 0 : countOf(`SELECT COUNT(*) AS n FROM adm.${jobId}`);
    },
    whole: ROWS,
  };
}

test('of jobs whose engine is killed while they write, each is done once or not at all', async () => {
  const outcomes = { done: 0, undone: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    // The engine is there: what is killed is at work.
    await client.query({ sql: 'SELECT 1', project: 'rio' });
    const writes = [
      ...Array.from({ length: WRITERS }, (_, index) => insert(`inserts_${round}_${index}`)),
      create(`makes_${round}`),
    ];
    const ends = writes.map(({ sql, jobId }) =>
      query(sql, jobId).then(
        () => 'done' as const,
        (error: unknown) => {
          // Killed with it, or refused by a new engine that has no memory for all at once.
          if (error instanceof ArcosError && error.retryable) return 'undone' as const;
          throw error;
        },
      ),
    );
    await pause(Math.random() * 400);
    const pid = open.enginePid();
    process.kill(pid, 'SIGKILL');
    const ended = await Promise.all(ends);
    // What is asked before the server has heard of the death is lost with the engine.
    await expect.poll(() => open.warehouse.enginePid('rio')).not.toBe(pid);
    for (const [index, end] of ended.entries()) {
      const { jobId, sql, count, whole } = writes[index] as Write;
      outcomes[end]++;
      expect(await count(), `${jobId} is ${end}`).toBe(end === 'done' ? whole : 0);
      // Asked for again, it happens if it has not.
      await query(sql, jobId);
      expect(await count(), `${jobId} after it was asked for again`).toBe(whole);
    }
  }
  expect(outcomes.done + outcomes.undone).toBe(ROUNDS * (WRITERS + 1));
  expect(outcomes.undone).toBeGreaterThan(0);
  expect(await countOf('SELECT COUNT(*) AS n FROM adm.linhas')).toBe(ROUNDS * WRITERS * 1000);
}, 180_000);
