import { DOUBLE, DuckDBInstance, DuckDBScalarFunction } from '@duckdb/node-api';
import type { BenchCase } from '../case.ts';

const ROWS = 1_000_000;

export const bench: BenchCase = {
  describe: 'x * 2 + 1 of 1,000,000 rows in DuckDB: by a function in JavaScript / by a macro',
  rounds: 15,
  operations: ROWS,
  async prepare() {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await instance.connect();
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({
        name: 'by_function',
        parameterTypes: [DOUBLE],
        returnType: DOUBLE,
        mainFunction(_info, input, output) {
          const column = input.getColumnVector(0);
          for (let row = 0; row < input.rowCount; row++) output.setItem(row, Number(column.getItem(row)) * 2 + 1);
          output.flush();
        },
      }),
    );
    await connection.run('CREATE MACRO by_macro(x) AS x * 2 + 1');
    await connection.run(`CREATE TABLE numbers AS SELECT CAST(i AS DOUBLE) AS x FROM range(${ROWS}) AS range(i)`);
    const sum = async (name: string) => {
      await connection.runAndReadAll(`SELECT sum(${name}(x)) FROM numbers`);
    };
    return {
      ours: () => sum('by_function'),
      peer: () => sum('by_macro'),
      async close() {
        connection.closeSync();
        instance.closeSync();
      },
    };
  },
};
