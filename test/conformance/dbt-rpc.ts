import { parseArgs } from 'node:util';
import { setup } from '../support/postgres.ts';
import { CASES_FILE, readExchanges } from './dbt-rpc/cases.ts';
import { replay } from './dbt-rpc/replay.ts';
import { openWorld } from './dbt-rpc/world.ts';

/**
 * `npm run conformance -- dbt-rpc [--cases FILE]`: what dbt-rpc answered against what our models server answers, over the same
 * project and a real warehouse. Exit code 0 when all have the recorded shapes.
 */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { cases: { type: 'string', default: CASES_FILE } } });
  const exchanges = readExchanges(values.cases);
  const stop = await setup();
  const world = await openWorld();
  let matched = 0;
  try {
    for await (const { name, differences } of replay(exchanges, world)) {
      if (differences.length === 0) matched++;
      for (const difference of differences) process.stdout.write(`${name}: ${difference}\n`);
    }
  } finally {
    await world.close();
    await stop();
  }
  process.stdout.write(`${matched} of ${exchanges.length}\n`);
  return matched === exchanges.length ? 0 : 1;
}
