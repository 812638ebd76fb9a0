import type { BenchCase } from '../case.ts';
import { makeCalls, openDucks, runAll } from '../ducklake.ts';

const COMMITS = 20;
/** A job's name in the commit, as src/warehouse/engines/duckdb/process.ts writes it. */
const MARK = `CALL lake.set_commit_message('arcos', '{"affectedRows":100}', extra_info => '{"job":"rio:job_0"}')`;

export const bench: BenchCase = {
  describe: '20 inserts of 100 rows into a DuckLake, a commit each: with the name of the job in the commit / without',
  rounds: 9,
  operations: COMMITS,
  async prepare() {
    const { connection, close } = await openDucks();
    await makeCalls(connection, 100);
    for (const table of ['marked', 'plain']) {
      await connection.run(`CREATE TABLE lake.main.${table} AS FROM memory.calls LIMIT 0`);
    }
    const insert = async (table: string, before: readonly string[]) => {
      const steps = ['BEGIN', `INSERT INTO lake.main.${table} FROM memory.calls`, ...before, 'COMMIT'];
      for (let commit = 0; commit < COMMITS; commit++) await runAll(connection, steps);
    };
    return { ours: () => insert('marked', [MARK]), peer: () => insert('plain', []), close };
  },
};
