import type { Command } from 'commander';
import { orchestratorClient } from '../orchestrator/client.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { printList } from './printlist.ts';

interface Flags extends ConnectionFlags {
  readonly json?: boolean;
}

/** `arcos flows`: what is deployed. */
export function flowsCommand(program: Command): void {
  const command = program.command('flows').description('Lists the deployed flows.').option('--json', 'as JSON');
  withConnection(command).action(async (flags: Flags) => {
    const deployments = await orchestratorClient(connectionOf(flags)).deployments();
    const columns = ({ flow, namespace, version, labels, schedules }: (typeof deployments)[number]) => ({
      flow: flow.name,
      namespace,
      version: version.number,
      labels: labels.join(','),
      next: schedules.find(({ next }) => next.length > 0)?.next[0] ?? '',
    });
    printList(deployments, columns, flags);
  });
}

/** `arcos agents`: who runs them. */
export function agentsCommand(program: Command): void {
  const command = program.command('agents').description('Lists the agents.').option('--json', 'as JSON');
  withConnection(command).action(async (flags: Flags) => {
    const agents = await orchestratorClient(connectionOf(flags)).agents();
    const columns = ({ name, namespace, labels, online, seenAt, runs }: (typeof agents)[number]) => ({
      name,
      namespace,
      labels: labels.join(','),
      online: online ? 'yes' : 'no',
      seen: seenAt,
      runs,
    });
    printList(agents, columns, flags);
  });
}
