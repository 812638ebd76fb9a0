import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { giveBackMemory } from './giveback.ts';
import { stopAsked } from './signal.ts';

interface Flags extends ConnectionFlags {
  readonly namespace: string;
  readonly name: string;
  readonly labels: string;
  readonly slots: string;
  readonly workDir: string;
  readonly warm: string;
  readonly memory?: string;
  readonly cpu?: string;
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
    .option('--memory <megabytes>', 'of a run with everything it starts; one that takes more is ended as Failed')
    .option(
      '--cpu <seconds>',
      'that a run with everything it starts may compute; one that takes more is ended as Failed',
    )
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
      limits: { memoryMb: limit('memory', flags.memory), cpuSeconds: limit('cpu', flags.cpu) },
      workDir: resolve(flags.workDir),
      log: openLog('info'),
    });
    giveBackMemory();
    await Promise.race([stop, agent.done]);
    await agent.stop();
  });
}

function limit(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new ArcosError('INVALID', `"${value}" is no value for --${name}`, { hint: 'Write a whole number.' });
}
