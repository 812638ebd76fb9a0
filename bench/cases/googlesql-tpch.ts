import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { prepareConnection } from '../../test/conformance/googlesql/engine.ts';
import type { BenchCase } from '../case.ts';
import { openDucks } from '../ducklake.ts';
import { loadTpch, makeTables, queries } from '../tpch.ts';
import { translate } from '../translate.ts';

/** `ARCOS_BENCH_SCALE=0.1` tries it on less. */
const SCALE = Number(process.env['ARCOS_BENCH_SCALE'] ?? 1);

export const bench: BenchCase = {
  describe: `the 22 queries of TPC-H at scale factor ${SCALE} in DuckLake, money as NUMERIC: GoogleSQL, translated each time / the same texts to DuckDB. Bar: 1.15`,
  rounds: 3,
  operations: 22,
  async prepare() {
    const extensions = await ensureExtensions();
    const { connection, close } = await openDucks({ memory: '3GB' });
    try {
      await prepareConnection(connection, extensions);
      await loadTpch(connection, extensions);
      const catalog = await makeTables(connection, SCALE);
      const texts = await queries(connection);
      await connection.run("SET search_path = 'lake.main,memory.main'");
      return {
        async ours() {
          for (const text of texts) await connection.runAndReadAll(translate(text, catalog, 'tpch'));
        },
        async peer() {
          for (const text of texts) await connection.runAndReadAll(text);
        },
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
};
