import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { deployFlow } from '../../agent/deploy.ts';
import { ArcosError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json.ts';
import { lakeClient } from '../../lake/client.ts';
import type { OrchestratorClient } from '../../orchestrator/client.ts';
import type { TaskRunView } from '../../orchestrator/views.ts';
import type { Connection } from '../connection.ts';
import { followRun } from '../follow.ts';
import { publishFile } from '../publish.ts';
import type { Steps } from './steps.ts';

const FLOW = 'chamados';
/** The task that the sample's flow has fail when it is asked to. */
const FAILING_TASK = 'conferir';

/** Deploys every flow of a folder; gives their names and versions. */
export async function deployFlows(
  connection: Connection,
  client: OrchestratorClient,
  namespace: string,
  folder: string,
): Promise<string> {
  const names: string[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const lake = lakeClient(connection);
    const registered = await deployFlow({ file: join(folder, name), namespace, lake, client });
    names.push(...registered.map(({ deployment }) => `${deployment.flow.name} version ${deployment.version.number}`));
  }
  return names.join(', ');
}

/** Runs the flow, which fails in its last task on purpose, and retries it from there. Throws when it ends in any other way. */
export async function runPipeline(client: OrchestratorClient, steps: Steps, parameters: JsonObject): Promise<void> {
  const deployment = (await client.deployments()).find(({ flow }) => flow.name === FLOW);
  if (deployment === undefined) throw new ArcosError('NOT_FOUND', `The flow ${FLOW} is not deployed`);
  const { id, name } = await client.start(deployment.id, { parameters });
  const onTask = ({ key, state, message }: TaskRunView) =>
    steps.done(`  ${name}: ${key}`, message === undefined ? state : `${state}: ${message}`);

  const failed = await followRun(client, id, { onTask });
  const { state, message = 'without a message' } = failed;
  const onPurpose = failed.tasks.some((task) => task.key === FAILING_TASK && task.state === 'Failed');
  if (state !== 'Failed' || !onPurpose) throw new ArcosError('INTERNAL', `Run ${name} ended ${state}: ${message}`);
  steps.done('run fails on purpose', message);

  await client.retry(id);
  const done = await followRun(client, id, { onTask });
  if (done.state !== 'Completed') {
    throw new ArcosError('INTERNAL', `Run ${name} ended ${done.state} when retried: ${done.message ?? ''}`);
  }
  const kept = done.tasks.filter((task) => task.state === 'Reused').length;
  steps.done('run retried from the failed task', `results of ${kept} tasks kept`);
}

/** Publishes what the files of a folder say; gives the addresses. */
export async function publishAll(connection: Connection, folder: string): Promise<string> {
  const files = readdirSync(folder).filter((name) => name.endsWith('.toml'));
  return (await Promise.all(files.map((name) => publishFile(connection, join(folder, name))))).join(', ');
}
