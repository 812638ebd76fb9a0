import type { BenchCase } from '../case.ts';
import { dbtPair, MODELS } from '../dbt.ts';

/** Whole commands, cold: every model's query written below target/compiled. */
export const bench: BenchCase = {
  describe: `a project of ${MODELS} models, cold: arcos dbt compile / dbt-core compile --no-partial-parse`,
  rounds: 2,
  bar: { of: 'ratio', most: 0.2 },
  prepare: () => dbtPair({ words: ['compile', '--no-partial-parse'], warehouse: true }),
};
