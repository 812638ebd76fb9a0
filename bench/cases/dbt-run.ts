import type { BenchCase } from '../case.ts';
import { dbtPair, MODELS } from '../dbt.ts';

/** Whole commands, cold, two threads each: ours through the jobs of a server, dbt-core's in a DuckDB file of its own. */
export const bench: BenchCase = {
  describe: `${MODELS} views: arcos dbt run / dbt-core run --no-partial-parse with dbt-duckdb`,
  rounds: 2,
  bar: { of: 'ratio', most: 0.2 },
  prepare: () => dbtPair({ words: ['run', '--no-partial-parse'], warehouse: true }),
};
