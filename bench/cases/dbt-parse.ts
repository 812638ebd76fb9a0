import type { BenchCase } from '../case.ts';
import { dbtPair, MODELS } from '../dbt.ts';

/** Whole commands: start of the process, reading, parsing, manifest.json. Cold: neither keeps anything of the last one. */
export const bench: BenchCase = {
  describe: `a project of ${MODELS} models, cold: arcos dbt parse / dbt-core parse --no-partial-parse`,
  rounds: 3,
  bar: { of: 'ratio', most: 0.05 },
  prepare: () => dbtPair({ words: ['parse', '--no-partial-parse'], warehouse: false }),
};
