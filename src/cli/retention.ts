import type { Command } from 'commander';
import { orchestratorClient } from '../orchestrator/client.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

export function retentionCommand(program: Command): void {
  const command = program
    .command('retention')
    .description('Removes runs, and moves logs, that are too old by the settings keep-runs and keep-logs, now.')
    .option('--dry-run', 'only say how much that is');
  withConnection(command).action(async (flags: ConnectionFlags & { readonly dryRun?: boolean }) => {
    const retained = await orchestratorClient(connectionOf(flags)).retain(flags.dryRun === true);
    process.stdout.write(`${JSON.stringify(retained, undefined, 2)}\n`);
  });
}
