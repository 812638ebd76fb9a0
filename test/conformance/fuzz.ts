import { parseArgs } from 'node:util';
import { asArcosError } from '../../src/base/errors.ts';
import { ensureExtensions } from '../../src/warehouse/engines/duckdb/extensions.ts';
import { DEFINITIONS } from './fuzz/catalog.ts';
import { check, statementOf } from './fuzz/check.ts';
import { Engine } from './googlesql/engine.ts';

/**
 * `npm run conformance -- fuzz [--count N] [--from SEED] [--engine N]`: generated statements through the GoogleSQL front
 * end; with `--engine`, DuckDB plans every N-th of those that come through. Tells each statement that ends in anything
 * but an answer or a fault, and texts of ours that DuckDB does not understand. Exit code 0 when there are none.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '100000' },
      from: { type: 'string', default: '1' },
      engine: { type: 'string', default: '100' },
    },
  });
  const [count, from, every] = [Number(values.count), Number(values.from), Number(values.engine)];
  const engine = await Engine.start(await ensureExtensions());
  for (const definition of DEFINITIONS) await engine.run(definition);
  const told = { refused: 0, planned: 0, faulty: 0 };
  for (let seed = from; seed < from + count; seed++) {
    const text = statementOf(seed);
    try {
      const { emitted, refused } = check(text);
      if (refused) told.refused++;
      for (const sql of seed % every === 1 % every ? emitted : []) {
        told.planned++;
        await engine.run(`EXPLAIN ${sql}`).catch((error: unknown) => {
          const [message = ''] = asArcosError(error).message.split('\n');
          if (/^(Parser|Binder|Catalog|INTERNAL|Not implemented Error: (?!Unknown TimeZone))/.test(message))
            throw error;
        });
      }
    } catch (error) {
      told.faulty++;
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      console.log(`${seed}: ${text}\n  ${message.split('\n').slice(0, 2).join('\n  ')}`);
    }
  }
  console.log(`${count} statements: ${told.refused} refused, ${told.planned} planned by DuckDB, ${told.faulty} faulty`);
  return told.faulty === 0 ? 0 : 1;
}
