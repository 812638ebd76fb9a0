import type { Command } from 'commander';
import { orchestratorClient } from '../orchestrator/client.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { findDeployment } from './deployment.ts';
import { printList } from './printlist.ts';

interface StartFlags extends ConnectionFlags {
  readonly from: string;
  readonly until: string;
  readonly namespace?: string;
  readonly concurrency: string;
  readonly preview?: boolean;
  readonly json?: boolean;
}

/** `arcos backfill ...`: the runs that schedules would have made. */
export function backfillCommand(program: Command): void {
  const backfill = program
    .command('backfill')
    .description('Makes the runs that the schedules of a flow would have made.');

  const start = backfill
    .command('start')
    .argument('<flow>', 'its name')
    .description('from the oldest on')
    .requiredOption('--from <moment>', 'the first, ISO 8601')
    .requiredOption('--until <moment>', 'the one after the last')
    .option('--namespace <name>', 'where several namespaces have a flow of that name')
    .option('--concurrency <number>', 'runs at a time', '1')
    .option('--preview', 'only say which runs there would be')
    .option('--json', 'as JSON');
  withConnection(start).action(async (name: string, flags: StartFlags) => {
    const client = orchestratorClient(connectionOf(flags));
    const deployment = await findDeployment(client, name, flags.namespace);
    const request = { from: flags.from, until: flags.until, concurrency: Number(flags.concurrency) };
    if (flags.preview === true) {
      const planned = await client.planBackfill(deployment.id, request);
      printList(planned, ({ at, parameters }) => ({ at, parameters: JSON.stringify(parameters) }), flags);
      return;
    }
    const started = await client.startBackfill(deployment.id, request);
    process.stdout.write(
      flags.json === true ? `${JSON.stringify(started)}\n` : `${started.runs} runs: ${started.id}\n`,
    );
  });

  for (const [name, description] of [
    ['show', 'how far it is, as JSON'],
    ['cancel', 'cancels those of its runs that have not ended'],
  ] as const) {
    const command = backfill.command(name).argument('<id>').description(description);
    withConnection(command).action(async (id: string, flags: ConnectionFlags) => {
      const client = orchestratorClient(connectionOf(flags));
      const view = await (name === 'show' ? client.backfill(id) : client.cancelBackfill(id));
      process.stdout.write(`${JSON.stringify(view, undefined, 2)}\n`);
    });
  }
}
