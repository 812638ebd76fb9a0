import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { DeploymentView, RunPage } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Backfill } from '../flow/Backfill.tsx';
import { RunForm } from '../flow/RunForm.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { flowRoute } from '../router.tsx';
import { RunTable } from '../run/RunTable.tsx';

/** One deployment of a flow: when it fires, how to run it, its latest runs. */
export function FlowPage() {
  const { deployment: id } = flowRoute.useParams();
  const query = useQuery({
    queryKey: ['deployment', id],
    queryFn: () => api<DeploymentView>(path`/api/deployments/${id}`),
    refetchInterval: 30_000,
  });
  return <Loaded query={query}>{(deployment) => <Detail deployment={deployment} />}</Loaded>;
}

function Detail({ deployment }: { deployment: DeploymentView }) {
  const { words, time } = useVoice();
  const { flow, namespace, labels, version, schedules } = deployment;
  const runs = useQuery({
    queryKey: ['runs', 'of', flow.id],
    queryFn: () => api<RunPage>(`/api/runs?${new URLSearchParams({ flow: flow.name, namespace, limit: '10' })}`),
  });
  const queries = useQueryClient();
  const pause = useMutation({
    mutationFn: ({ id, active }: { id: string; active: boolean }) =>
      api(path`/api/schedules/${id}`, { method: 'POST', json: { active } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['deployment', deployment.id] }),
  });
  return (
    <>
      <p className="meta">
        {namespace} · {labels.join(', ')} · {words.version} {version.number} ({version.bundle.sha256.slice(0, 8)})
      </p>
      <h1>
        {flow.name} <span className="meta">{deployment.name}</span>
      </h1>
      <div className="halves">
        <section>
          <h2>{words.schedules}</h2>
          {schedules.length === 0 ? <p>{words.noSchedule}</p> : null}
          {schedules.map((schedule) => (
            <div key={schedule.id} className="panel">
              <p>
                <code>{schedule.description}</code> {schedule.active ? null : <strong>({words.paused})</strong>}{' '}
                <button
                  type="button"
                  className="plain"
                  disabled={pause.isPending}
                  onClick={() => pause.mutate({ id: schedule.id, active: !schedule.active })}
                >
                  {schedule.active ? words.pause : words.resume}
                </button>
              </p>
              <h3>{words.upcoming}</h3>
              <ol className="firings">
                {schedule.next.map((at) => (
                  <li key={at}>
                    <time dateTime={at}>{time(at)}</time>
                  </li>
                ))}
              </ol>
            </div>
          ))}
          {pause.error === null ? null : <p role="alert">{pause.error.message}</p>}
          <Commands
            commands={schedules.map(({ id, active }) => ({
              cli: `arcos schedules ${active ? 'pause' : 'resume'} ${id}`,
              method: 'POST',
              path: path`/api/schedules/${id}`,
              json: { active: !active },
            }))}
          />
        </section>
        <section>
          <h2>{words.runWith}</h2>
          <RunForm deployment={deployment} />
        </section>
      </div>
      {schedules.length === 0 ? null : <Backfill deployment={deployment} />}
      <h2>{words.lastRuns}</h2>
      <Loaded query={runs}>{({ runs: list }) => <RunTable runs={list} />}</Loaded>
    </>
  );
}
