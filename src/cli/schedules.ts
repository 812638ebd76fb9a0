import type { Command } from 'commander';
import { orchestratorClient } from '../orchestrator/client.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { printList } from './printlist.ts';

/** `arcos schedules ...` */
export function schedulesCommand(program: Command): void {
  const schedules = program.command('schedules').description('Lists schedules, pauses them and lets them go on.');

  const list = schedules.command('list').description('with their next firings').option('--json', 'as JSON');
  withConnection(list).action(async (flags: ConnectionFlags & { readonly json?: boolean }) => {
    const deployments = await orchestratorClient(connectionOf(flags)).deployments();
    const rows = deployments.flatMap(({ flow, namespace, schedules: of }) =>
      of.map((schedule) => ({ ...schedule, flow: flow.name, namespace })),
    );
    const columns = ({ id, flow, namespace, description, active, next }: (typeof rows)[number]) => ({
      id,
      flow,
      namespace,
      schedule: description,
      next: active ? (next[0] ?? 'never') : 'paused',
    });
    printList(rows, columns, flags);
  });

  for (const [name, description, active] of [
    ['pause', 'it does not fire until it is resumed', false],
    ['resume', 'it goes on from its next firing', true],
  ] as const) {
    const command = schedules.command(name).argument('<ids...>').description(description);
    withConnection(command).action(async (ids: string[], flags: ConnectionFlags) => {
      const client = orchestratorClient(connectionOf(flags));
      for (const id of ids) await client.pauseSchedule(id, active);
    });
  }
}
