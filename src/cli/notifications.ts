import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import { orchestratorClient } from '../orchestrator/client.ts';
import type { NotificationRule } from '../orchestrator/notify/rules.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { printList } from './printlist.ts';

/** `arcos notifications ...`: who is told of what happens to runs. */
export function notificationsCommand(program: Command): void {
  const all = program
    .command('notifications')
    .description('Says who is told of runs that fail, are late or are stuck.');
  type Listing = ConnectionFlags & { readonly json?: boolean };

  const list = all.command('list').description('the rules').option('--json', 'as JSON');
  withConnection(list).action(async (flags: Listing) => {
    const found = await orchestratorClient(connectionOf(flags)).notificationRules();
    const columns = ({ namespace, name, events, flow, channel }: (typeof found)[number]) => ({
      namespace,
      name,
      events: events.join(','),
      flow: flow ?? '',
      to: `${channel.kind} ${channel.target}`,
    });
    printList(found, columns, flags);
  });

  const sent = all.command('sent').description('the newest messages').option('--json', 'as JSON');
  withConnection(sent).action(async (flags: Listing) => {
    const found = await orchestratorClient(connectionOf(flags)).deliveries();
    const columns = ({ createdAt, rule, event, state, tries, error }: (typeof found)[number]) => ({
      at: createdAt,
      rule,
      event,
      state,
      tries,
      error: error ?? '',
    });
    printList(found, columns, flags);
  });

  const set = all
    .command('set')
    .arguments('<namespace> <name>')
    .description('makes a rule of the JSON on standard input');
  withConnection(set).action(async (namespace: string, name: string, flags: ConnectionFlags) => {
    let rule: NotificationRule;
    try {
      // The address of a channel is a secret: not among the arguments, which others on the machine can see.
      rule = JSON.parse(await text(process.stdin)) as NotificationRule;
    } catch (cause) {
      throw new ArcosError('INVALID', 'Standard input is not JSON', {
        hint: `Pipe the rule into it: {"events":["failed"],"channel":{"kind":"email","to":["owners"]}}`,
        cause,
      });
    }
    await orchestratorClient(connectionOf(flags)).putNotificationRule(namespace, name, rule);
  });

  const remove = all.command('remove').arguments('<namespace> <name>').description('removes a rule');
  withConnection(remove).action((namespace: string, name: string, flags: ConnectionFlags) =>
    orchestratorClient(connectionOf(flags)).removeNotificationRule(namespace, name),
  );

  const test = all.command('test').arguments('<namespace> <name>').description('sends a message that tells of nothing');
  withConnection(test).action((namespace: string, name: string, flags: ConnectionFlags) =>
    orchestratorClient(connectionOf(flags)).testNotificationRule(namespace, name),
  );
}
