import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { prepareConnection } from '../../test/conformance/googlesql/engine.ts';
import type { BenchCase } from '../case.ts';
import { openDucks } from '../ducklake.ts';
import { CATALOG, makeTables, QUERIES } from '../tpch.ts';
import { translate } from '../translate.ts';

const TEXTS = Object.values(QUERIES);

export const bench: BenchCase = {
  describe:
    'ten queries of TPC-H over 300,000 orders in DuckLake: GoogleSQL, translated each time / the same texts to DuckDB',
  rounds: 7,
  operations: TEXTS.length,
  async prepare() {
    const { connection, close } = await openDucks();
    await prepareConnection(connection, await ensureExtensions());
    await makeTables(connection);
    await connection.run("SET search_path = 'lake.main,memory.main'");
    return {
      async ours() {
        for (const text of TEXTS) await connection.runAndReadAll(translate(text, CATALOG, 'tpch'));
      },
      async peer() {
        for (const text of TEXTS) await connection.runAndReadAll(text);
      },
      close,
    };
  },
};
