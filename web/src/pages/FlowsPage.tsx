import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { DeploymentView, RunView } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Scroll } from '../Scroll.tsx';

export function FlowsPage() {
  const { words } = useVoice();
  const query = useQuery({ queryKey: ['deployments'], queryFn: () => api<DeploymentView[]>('/api/deployments') });
  return (
    <>
      <h1>{words.flows}</h1>
      <Loaded query={query}>
        {(deployments) => (
          <Scroll label={words.flows}>
            <table>
              <Heads
                names={[
                  words.flow,
                  words.name,
                  words.namespace,
                  words.labels,
                  words.version,
                  words.schedules,
                  words.next,
                  words.run,
                ]}
              />
              <tbody>
                {deployments.map((deployment) => (
                  <Deployment key={deployment.id} deployment={deployment} />
                ))}
              </tbody>
            </table>
          </Scroll>
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
      <th scope="row">
        <Link to="/flows/$deployment" params={{ deployment: deployment.id }}>
          {deployment.flow.name}
        </Link>
      </th>
      <td>{deployment.name}</td>
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
