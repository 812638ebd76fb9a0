import { ArcosError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { OrchestratorClient } from '../orchestrator/client.ts';
import type { DeploymentView } from '../orchestrator/views.ts';

/** The deployment of a flow by the flow's name. Throws NOT_FOUND, and INVALID when several namespaces have one. */
export async function findDeployment(
  client: OrchestratorClient,
  name: string,
  wanted: string | undefined,
): Promise<DeploymentView> {
  const deployments = await client.deployments();
  const found = deployments.filter(
    ({ flow, namespace }) => flow.name === name && (wanted === undefined || namespace === wanted),
  );
  const [deployment, another] = found;
  if (deployment === undefined) {
    const near = nearest(
      name,
      deployments.map(({ flow }) => flow.name),
    );
    throw new ArcosError(
      'NOT_FOUND',
      `There is no flow "${name}"`,
      near === undefined ? {} : { hint: `Did you mean "${near}"?` },
    );
  }
  if (another !== undefined) {
    throw new ArcosError('INVALID', `"${name}" is in ${found.map(({ namespace }) => namespace).join(' and ')}`, {
      hint: 'Say which with --namespace.',
    });
  }
  return deployment;
}
