import type { Command } from 'commander';
import { ArcosError } from '../base/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { orchestratorClient } from '../orchestrator/client.ts';
import { type ConnectionFlags, connectionOf, withConnection } from './connection.ts';
import { findDeployment } from './deployment.ts';
import { followRun } from './follow.ts';

interface Flags extends ConnectionFlags {
  readonly parameters: string;
  readonly namespace?: string;
  readonly detach?: boolean;
}

export function runCommand(program: Command): void {
  const command = program
    .command('run')
    .description('Starts a run of a deployed flow and follows its log to the end.')
    .argument('<flow>', 'its name')
    .option('--parameters <json>', 'a JSON object', '{}')
    .option('--namespace <name>', 'where several namespaces have a flow of that name')
    .option('--detach', 'do not wait for its end');
  withConnection(command).action(async (name: string, flags: Flags) => {
    const client = orchestratorClient(connectionOf(flags));
    const deployment = await findDeployment(client, name, flags.namespace);
    const run = await client.start(deployment.id, { parameters: readParameters(flags.parameters) });
    process.stdout.write(`${run.name} (${run.id})\n`);
    if (flags.detach === true) return;
    const ended = await followRun(client, run.id, {
      onLog: ({ level, task, message }) =>
        process.stdout.write(`${level.padEnd(5)} ${task === undefined ? '' : `${task}: `}${message}\n`),
    });
    process.stdout.write(`${ended.state}${ended.message === undefined ? '' : `: ${ended.message}`}\n`);
    if (ended.state !== 'Completed') process.exitCode = 1;
  });
}

function readParameters(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new ArcosError('INVALID', '--parameters is not a JSON object', {
    hint: `Write it like '{"dia": "2026-01-31"}'.`,
  });
}
