import { duckdbType, quoteName } from '../../src/sql/duckdb.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { Engine } from '../../test/conformance/googlesql/engine.ts';
import type { BenchCase } from '../case.ts';
import { CATALOG, STATEMENTS, TABLES } from '../statements.ts';
import { translate } from '../translate.ts';

const OPERATIONS = 1000;

export const bench: BenchCase = {
  describe:
    'statements of a model: GoogleSQL parsed, bound and emitted as SQL of DuckDB / DuckDB prepares the same emitted SQL',
  rounds: 9,
  operations: OPERATIONS,
  async prepare() {
    const engine = await Engine.start(await ensureExtensions());
    for (const { engineName, columns } of TABLES) {
      const definitions = columns.map(({ name, type }) => `${quoteName(name)} ${duckdbType(type)}`);
      await engine.run(`CREATE TABLE ${engineName} (${definitions.join(', ')})`);
    }
    const emitted = STATEMENTS.map((text) => translate(text, CATALOG));
    return {
      async ours() {
        for (const text of repeated(STATEMENTS)) translate(text, CATALOG);
      },
      async peer() {
        for (const text of repeated(emitted)) await engine.run(`PREPARE statement AS ${text}`);
      },
      // The engine is memory of this process.
      async close() {},
    };
  },
};

function* repeated(texts: readonly string[]): Generator<string> {
  for (let count = 0; count < OPERATIONS; count += texts.length) yield* texts;
}
