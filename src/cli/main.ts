import { enableCompileCache } from 'node:module';
import { Command, CommanderError } from 'commander';
import { cacheFolder } from '../base/cachefolder.ts';
import { asArcosError } from '../base/errors.ts';
import { accessCommand, agencyCommand, namespaceCommand, roleCommand } from './access.ts';
import { agentCommand } from './agent.ts';
import { auditCommand } from './audit.ts';
import { backfillCommand } from './backfill.ts';
import { datasetCommand } from './dataset.ts';
import { dbtCommand } from './dbt.ts';
import { demoCommand } from './demo.ts';
import { deployCommand } from './deploy.ts';
import { formatError } from './error.ts';
import { keyCommand, serviceAccountCommand } from './key.ts';
import { limitsCommand } from './limits.ts';
import { agentsCommand, flowsCommand } from './lists.ts';
import { loginCommand } from './login.ts';
import { publishCommand } from './publish.ts';
import { queryCommand } from './query.ts';
import { runCommand } from './run.ts';
import { runsCommand } from './runs.ts';
import { schedulesCommand } from './schedules.ts';
import { setupCommand } from './setup.ts';
import { storageCommand } from './storage.ts';
import { tableCommand } from './table.ts';
import { upCommand } from './up.ts';
import { uploadCommand } from './upload.ts';
import { groupCommand, userCommand } from './user.ts';

/**
 * Every command of `arcos`; docs/reference/commands.md lists the same. What a command needs is loaded by its
 * action: an agent has no engine in memory, and a part that does not load breaks its own commands only.
 */
export function arcosProgram(): Command {
  const program = new Command('arcos').description('A city data platform in one program.').showHelpAfterError();
  for (const add of [
    setupCommand,
    upCommand,
    demoCommand,
    agentCommand,
    deployCommand,
    runCommand,
    runsCommand,
    flowsCommand,
    schedulesCommand,
    backfillCommand,
    limitsCommand,
    agentsCommand,
    publishCommand,
    dbtCommand,
    uploadCommand,
    queryCommand,
    datasetCommand,
    tableCommand,
    storageCommand,
    auditCommand,
    loginCommand,
    userCommand,
    groupCommand,
    serviceAccountCommand,
    keyCommand,
    roleCommand,
    accessCommand,
    agencyCommand,
    namespaceCommand,
  ]) {
    add(program);
  }
  return program;
}

if (import.meta.main) {
  // Node then neither strips types nor compiles what it has seen before: faster starts, and some 20 MB less in each process.
  process.env['NODE_COMPILE_CACHE'] ??= cacheFolder('node');
  enableCompileCache(process.env['NODE_COMPILE_CACHE']);
  try {
    await arcosProgram().exitOverride().parseAsync();
  } catch (thrown) {
    if (thrown instanceof CommanderError) process.exit(thrown.exitCode);
    const error = asArcosError(thrown);
    process.stderr.write(formatError(error));
    process.exit(error.exit);
  }
}
