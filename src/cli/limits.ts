import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { orchestratorClient } from '../orchestrator/client.ts';
import type { LimitView } from '../orchestrator/views.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { printList } from './printlist.ts';

/** `arcos limits ...`: how many runs of a tag, namespace or agency may be active. */
export function limitsCommand(program: Command): void {
  const limits = program.command('limits').description('Limits the active runs of a tag, namespace or agency.');

  const list = limits.command('list').description('all limits').option('--json', 'as JSON');
  withConnection(list).action(async (flags: ConnectionFlags & { readonly json?: boolean }) => {
    const found = await orchestratorClient(connectionOf(flags)).limits();
    printList(found, ({ scope, name, most }) => ({ scope, name, most }), flags);
  });

  const set = limits.command('set').arguments('<scope> <name> <most>').description('from the next claim on');
  withConnection(set).action(async (scope: LimitView['scope'], name: string, most: string, flags: ConnectionFlags) => {
    if (!/^\d+$/.test(most)) throw new ArcosError('INVALID', `"${most}" is not a number of runs`);
    await orchestratorClient(connectionOf(flags)).putLimit({ scope, name, most: Number(most) });
  });

  const remove = limits.command('remove').arguments('<scope> <name>').description('takes the limit away');
  withConnection(remove).action((scope: LimitView['scope'], name: string, flags: ConnectionFlags) =>
    orchestratorClient(connectionOf(flags)).removeLimit(scope, name),
  );
}
