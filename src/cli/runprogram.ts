import { type Command, CommanderError } from 'commander';
import { asArcosError } from '../base/errors.ts';
import { formatError } from './error.ts';
import { goThroughProxy } from './throughproxy.ts';

/** Carries out what the command line asks and ends the process with the exit code of what went wrong. */
export async function runProgram(program: Command): Promise<void> {
  goThroughProxy();
  try {
    await program.exitOverride().parseAsync();
  } catch (thrown) {
    if (thrown instanceof CommanderError) process.exit(thrown.exitCode);
    const error = asArcosError(thrown);
    process.stderr.write(formatError(error));
    process.exit(error.exit);
  }
}
