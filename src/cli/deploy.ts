import type { Command } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';

export function deployCommand(program: Command): void {
  const command = program
    .command('deploy')
    .description('Bundles the flows of files, stores the code in the lake and registers them.')
    .argument('<files...>', 'TypeScript files that export flows')
    .requiredOption('--namespace <name>', 'the namespace whose agents run them')
    .option('--git-commit <hash>', 'the commit the code is of')
    .option('--no-schedules', 'leave the schedules of the flows out: they run only when asked to');
  withConnection(command).action(
    async (files: string[], flags: ConnectionFlags & { namespace: string; gitCommit?: string; schedules: boolean }) => {
      const { deployFlow } = await import('../agent/deploy.ts');
      const { lakeClient } = await import('../lake/client.ts');
      const { orchestratorClient } = await import('../orchestrator/client.ts');
      const connection = connectionOf(flags);
      for (const file of files) {
        const registered = await deployFlow({
          file,
          namespace: flags.namespace,
          lake: lakeClient(connection),
          client: orchestratorClient(connection),
          schedules: flags.schedules,
          ...(flags.gitCommit === undefined ? {} : { gitCommit: flags.gitCommit }),
        });
        for (const { deployment, changed } of registered) {
          const { flow, version } = deployment;
          process.stdout.write(`${flow.name}: version ${version.number}${changed ? '' : ', as it was'}\n`);
        }
      }
    },
  );
}
