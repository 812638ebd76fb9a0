import { ArcosError } from '../../src/base/errors.ts';
import { bind } from '../../src/sql/bind.ts';
import { duckdbType, emitQuery, quoteName } from '../../src/sql/duckdb.ts';
import { parseScript } from '../../src/sql/parse.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { Engine } from '../../test/conformance/googlesql/engine.ts';
import type { BenchCase } from '../case.ts';
import { CATALOG, STATEMENTS, TABLES } from '../statements.ts';

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
    const emitted = STATEMENTS.map(translate);
    return {
      async ours() {
        for (const text of repeated(STATEMENTS)) translate(text);
      },
      async peer() {
        for (const text of repeated(emitted)) await engine.run(`PREPARE statement AS ${text}`);
      },
      // The engine is memory of this process.
      async close() {},
    };
  },
};

function translate(text: string): string {
  const { script, faults } = parseScript(text);
  const [statement] = script.statements;
  if (statement === undefined) throw new ArcosError('INVALID', faults[0]?.message ?? 'There is no statement');
  const { bound, faults: found } = bind(text, statement, CATALOG, { defaults: { project: 'rio' } });
  if (bound?.kind !== 'query') throw new ArcosError('INVALID', found[0]?.message ?? 'Not a query');
  return emitQuery(bound.query);
}

function* repeated(texts: readonly string[]): Generator<string> {
  for (let count = 0; count < OPERATIONS; count += texts.length) yield* texts;
}
