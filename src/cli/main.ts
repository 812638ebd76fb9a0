import { Command } from 'commander';
import { accessCommand, agencyCommand, namespaceCommand, roleCommand } from './access.ts';
import { agentCommand } from './agent.ts';
import { auditCommand } from './audit.ts';
import { backfillCommand } from './backfill.ts';
import { cacheCompiled } from './compilecache.ts';
import { datasetCommand } from './dataset.ts';
import { dbtCommand } from './dbt.ts';
import { demoCommand } from './demo.ts';
import { deployCommand } from './deploy.ts';
import { keyCommand, serviceAccountCommand } from './key.ts';
import { limitsCommand } from './limits.ts';
import { agentsCommand, flowsCommand } from './lists.ts';
import { loginCommand } from './login.ts';
import { modelsCommand } from './models.ts';
import { notificationsCommand } from './notifications.ts';
import { publishCommand } from './publish.ts';
import { queryCommand } from './query.ts';
import { retentionCommand } from './retention.ts';
import { runCommand } from './run.ts';
import { runProgram } from './runprogram.ts';
import { runsCommand } from './runs.ts';
import { schedulesCommand } from './schedules.ts';
import { secretCommand } from './secret.ts';
import { setupCommand } from './setup.ts';
import { storageCommand } from './storage.ts';
import { tableCommand } from './table.ts';
import { upCommand } from './up.ts';
import { uploadCommand } from './upload.ts';
import { groupCommand, userCommand } from './user.ts';
import { warehouseCommand } from './warehouse.ts';

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
    notificationsCommand,
    retentionCommand,
    publishCommand,
    dbtCommand,
    modelsCommand,
    uploadCommand,
    queryCommand,
    datasetCommand,
    tableCommand,
    storageCommand,
    warehouseCommand,
    auditCommand,
    loginCommand,
    userCommand,
    groupCommand,
    serviceAccountCommand,
    keyCommand,
    roleCommand,
    accessCommand,
    secretCommand,
    agencyCommand,
    namespaceCommand,
  ]) {
    add(program);
  }
  return program;
}

if (import.meta.main) {
  cacheCompiled();
  await runProgram(arcosProgram());
}
