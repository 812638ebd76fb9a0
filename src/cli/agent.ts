import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { stopAsked } from './signal.ts';

interface Flags extends ConnectionFlags {
  readonly namespace: string;
  readonly name: string;
  readonly labels: string;
  readonly slots: string;
  readonly workDir: string;
  readonly warm: string;
}

export function agentCommand(program: Command): void {
  const command = program
    .command('agent')
    .description('Runs flows of a namespace on this machine: asks the server for them until Ctrl-C.')
    .requiredOption('--namespace <name>', 'the namespace it serves')
    .option('--name <name>', 'its name in the namespace', hostname())
    .option('--labels <list>', 'labels with commas between: it takes runs whose labels it has', '')
    .option('--slots <number>', 'runs at the same time', '4')
    .option('--warm <number>', 'processes that wait for runs, started ahead', '1')
    .option('--work-dir <folder>', 'where bundles and the working folders of runs are', '.arcos/agent');
  withConnection(command).action(async (flags: Flags) => {
    const { runAgent } = await import('../agent/agent.ts');
    const { openLog } = await import('../server/log.ts');
    const stop = stopAsked();
    const { baseUrl, key } = connectionOf(flags);
    const agent = runAgent({
      server: baseUrl,
      key,
      namespace: flags.namespace,
      name: flags.name,
      labels: flags.labels.split(',').filter((label) => label !== ''),
      slots: Number(flags.slots),
      warm: Number(flags.warm),
      workDir: resolve(flags.workDir),
      log: openLog('info'),
    });
    await Promise.race([stop, agent.done]);
    await agent.stop();
  });
}
