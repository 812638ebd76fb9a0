import type { Command } from 'commander';
import { orchestratorClient, type RunsQuery } from '../orchestrator/client.ts';
import type { LogLevel, StateName } from '../orchestrator/views.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { printList } from './printlist.ts';

interface ListFlags extends ConnectionFlags {
  readonly state?: string;
  readonly flow?: string;
  readonly namespace?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `arcos runs ...`: what there is to see of runs, and to do with them. */
export function runsCommand(program: Command): void {
  const runs = program.command('runs').description('Lists runs, shows one, and controls it.');

  const list = runs
    .command('list')
    .description('the newest first')
    .option('--state <names>', 'with commas between')
    .option('--flow <name>', 'of this flow alone')
    .option('--namespace <name>', 'of this namespace alone')
    .option('--limit <number>', 'at the most', '20')
    .option('--json', 'as JSON');
  withConnection(list).action(async (flags: ListFlags) => {
    const { flow, namespace, limit } = flags;
    const query: RunsQuery = {
      limit: Number(limit),
      ...(flow === undefined ? {} : { flow }),
      ...(namespace === undefined ? {} : { namespace }),
      // The server says which there are.
      ...(flags.state === undefined ? {} : { state: flags.state as StateName }),
    };
    const { runs: found } = await clientOf(flags).runs(query);
    const columns = ({ id, name, flow: of, state, attempt, scheduledFor }: (typeof found)[number]) => ({
      id,
      name,
      flow: of.name,
      state,
      attempt,
      scheduled: scheduledFor,
    });
    printList(found, columns, flags);
  });

  const show = runs.command('show').argument('<id>').description('a run with its history and tasks, as JSON');
  withConnection(show).action(async (id: string, flags: ConnectionFlags) => say(await clientOf(flags).run(id)));

  const logs = runs
    .command('logs')
    .argument('<id>')
    .description('its log')
    .option('--level <level>', 'from this level up')
    .option('--json', 'as JSON');
  withConnection(logs).action(
    async (id: string, flags: ConnectionFlags & { readonly level?: LogLevel; readonly json?: boolean }) => {
      const client = clientOf(flags);
      const level = flags.level === undefined ? {} : { level: flags.level };
      for (let after = 0; ; ) {
        const { logs: lines } = await client.logs(id, { after, limit: 1_000, ...level });
        for (const line of lines) {
          const task = line.task === undefined ? '' : `${line.task}: `;
          const text =
            flags.json === true ? JSON.stringify(line) : `${line.at} ${line.level.padEnd(5)} ${task}${line.message}`;
          process.stdout.write(`${text}\n`);
        }
        const last = lines.at(-1);
        if (last === undefined) return;
        after = last.id;
      }
    },
  );

  const why = runs.command('why').argument('<id>').description('why it has not begun').option('--json', 'as JSON');
  withConnection(why).action(async (id: string, flags: ConnectionFlags & { readonly json?: boolean }) => {
    const { reasons } = await clientOf(flags).why(id);
    printList(reasons, ({ code, message }) => ({ code, message }), flags);
  });

  for (const [name, description] of [
    ['retry', 'runs it again from the failed task'],
    ['cancel', 'cancels it'],
  ] as const) {
    const command = runs.command(name).argument('<ids...>').description(description);
    withConnection(command).action(async (ids: string[], flags: ConnectionFlags) => {
      for (const id of ids) {
        const run = await clientOf(flags)[name](id);
        process.stdout.write(`${run.name}: ${run.state}\n`);
      }
    });
  }
}

function clientOf(flags: ConnectionFlags) {
  return orchestratorClient(connectionOf(flags));
}

function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
