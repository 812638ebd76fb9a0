import type { BenchCase } from '../case.ts';
import { CALLS_IN_FILE, CALLS_IN_LAKE, makeCalls, openDucks, runAll } from '../ducklake.ts';

export const bench: BenchCase = {
  describe:
    "a table of 50,000 rows made from a query: DuckLake, partitioned into 24 months / DuckDB's own file, which has no partitions",
  rounds: 15,
  async prepare() {
    const { connection, close } = await openDucks();
    await makeCalls(connection, 50_000);
    return {
      ours: () => runAll(connection, CALLS_IN_LAKE),
      peer: () => runAll(connection, [CALLS_IN_FILE]),
      close,
    };
  },
};
