import type { Command } from 'commander';
import { asArcosError } from '../base/errors.ts';
import { formatError } from './error.ts';
import { withSettings } from './flags.ts';

interface Flags {
  readonly data?: string;
  readonly exit?: boolean;
}

export function demoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('Runs the sample city: from its files to its public pages, then serves until Ctrl-C.')
    .option('--data <folder>', 'a folder with the real files of the city, instead of the synthetic sample')
    .option('--exit', 'check the result and end with 0 or 1; the last line is a JSON object');
  withSettings(command).action(async (flags: Flags & Record<string, unknown>) => {
    const { demoOnce, demoServing } = await import('./demo/demo.ts');
    if (flags.exit !== true) return demoServing(flags);
    try {
      process.stdout.write(`${JSON.stringify({ ok: true, ...(await demoOnce(flags)) })}\n`);
    } catch (thrown) {
      const error = asArcosError(thrown);
      const { code, message, hint } = error;
      process.stderr.write(formatError(error));
      process.stdout.write(`${JSON.stringify({ ok: false, error: { code, message, hint } })}\n`);
      process.exitCode = 1;
    }
  });
}
