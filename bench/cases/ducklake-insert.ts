import type { BenchCase } from '../case.ts';
import { makeCalls, openDucks } from '../ducklake.ts';

export const bench: BenchCase = {
  describe: "2,000,000 rows appended to a table by one statement: DuckLake / DuckDB's own file",
  rounds: 9,
  async prepare() {
    const { connection, close } = await openDucks();
    await makeCalls(connection, 2_000_000);
    for (const catalog of ['lake', 'own']) {
      await connection.run(`CREATE TABLE ${catalog}.main.calls AS FROM memory.calls LIMIT 0`);
    }
    const insert = async (catalog: string) => {
      await connection.run(`INSERT INTO ${catalog}.main.calls FROM memory.calls`);
    };
    return { ours: () => insert('lake'), peer: () => insert('own'), close };
  },
};
