import type { BenchCase } from '../case.ts';
import { CALLS_IN_FILE, CALLS_IN_LAKE, makeCalls, openDucks, runAll } from '../ducklake.ts';

const ROWS = 50_000;
const SELECTS = 200;

export const bench: BenchCase = {
  describe: "100 rows by id and 100 aggregates of a month, one after the other: DuckLake / DuckDB's own file",
  rounds: 9,
  operations: SELECTS,
  async prepare() {
    const { connection, close } = await openDucks();
    await makeCalls(connection, ROWS);
    await runAll(connection, [...CALLS_IN_LAKE, CALLS_IN_FILE]);
    const read = async (table: string) => {
      for (const statement of selects(table)) await connection.runAndReadAll(statement);
    };
    return { ours: () => read('lake.main.calls'), peer: () => read('own.main.calls'), close };
  },
};

function selects(table: string): string[] {
  return Array.from({ length: SELECTS }, (_, index) => {
    if (index % 2 === 0) return `SELECT * FROM ${table} WHERE id = ${(index * 7919) % ROWS}`;
    const month = `DATE '${2023 + ((index % 4) >> 1)}-${String(1 + (index % 12)).padStart(2, '0')}-01'`;
    return `SELECT neighbourhood, count(*), min(begun) FROM ${table}
      WHERE day >= ${month} AND day < ${month} + INTERVAL 1 MONTH GROUP BY neighbourhood`;
  });
}
