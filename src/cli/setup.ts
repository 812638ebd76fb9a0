import type { Command } from 'commander';
import { asArcosError } from '../base/errors.ts';
import { ensureWeb } from './web.ts';

export function setupCommand(program: Command): void {
  program
    .command('setup')
    .description(
      'Fetches the extensions of DuckDB into the cache of this user, builds the web pages and compiles the program.',
    )
    .option('--best-effort', 'say what did not work, and end well all the same')
    .action(async ({ bestEffort }: { bestEffort?: boolean }) => {
      for (const step of [extensions, web, modules]) {
        try {
          await step();
        } catch (thrown) {
          if (bestEffort !== true) throw thrown;
          const { message, hint } = asArcosError(thrown);
          process.stderr.write(`Not done yet: ${message}\n${hint === undefined ? '' : `  ${hint}\n`}`);
        }
      }
    });
}

async function extensions(): Promise<void> {
  const { ensureExtensions } = await import('../warehouse/engines/duckdb/extensions.ts');
  await ensureExtensions(({ name, bytes, sha256, source }) => {
    const from = { cache: 'in the cache', duckdb: 'fetched by DuckDB', pip: 'fetched by pip' }[source];
    process.stdout.write(`DuckDB's ${name}: ${(bytes / 1e6).toFixed(1)} MB, ${from}, sha256 ${sha256}\n`);
  });
}

/** Loaded once, the modules are in Node's compile cache: the first start is faster and smaller then. */
async function modules(): Promise<void> {
  await import('./demo/demo.ts');
  await import('../agent/agent.ts');
  await import('../models/rpc/listen.ts');
  process.stdout.write('Program: compiled\n');
}

async function web(): Promise<void> {
  process.stdout.write(`Web pages: ${(await ensureWeb()) ? 'built' : 'already built'}\n`);
}
