import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { DeploymentView, RunView } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';

export function FlowsPage() {
  const { words } = useVoice();
  const query = useQuery({ queryKey: ['deployments'], queryFn: () => api<DeploymentView[]>('/api/deployments') });
  return (
    <>
      <h1>{words.flows}</h1>
      <Loaded query={query}>
        {(deployments) => (
          <div className="scroll">
            <table>
              <thead>
                <tr>
                  {[
                    words.name,
                    words.flow,
                    words.namespace,
                    words.labels,
                    words.version,
                    words.schedules,
                    words.next,
                    words.run,
                  ].map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {deployments.map((deployment) => (
                  <Deployment key={deployment.id} deployment={deployment} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </>
  );
}

function Deployment({ deployment }: { deployment: DeploymentView }) {
  const { words, time } = useVoice();
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () => api<RunView>(path`/api/deployments/${deployment.id}/runs`, { method: 'POST', json: {} }),
    onSuccess: (run) => navigate({ to: '/runs/$run', params: { run: run.id } }),
  });
  return (
    <tr>
      <th scope="row">{deployment.name}</th>
      <td>{deployment.flow.name}</td>
      <td>{deployment.namespace}</td>
      <td>{deployment.labels.join(', ')}</td>
      <td>{`${deployment.version.number} (${deployment.version.bundle.sha256.slice(0, 8)})`}</td>
      <td>{deployment.schedules.map((schedule) => schedule.description).join('; ')}</td>
      <td>{time(deployment.schedules[0]?.next[0])}</td>
      <td>
        <button type="button" onClick={() => start.mutate()} disabled={start.isPending}>
          {words.run}
        </button>
        {start.error === null ? null : <p role="alert">{start.error.message}</p>}
      </td>
    </tr>
  );
}
