import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { AgentView, DeploymentView, RunPage, RunView } from '../../../src/orchestrator/views.ts';
import { api } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { RunTable } from '../run/RunTable.tsx';

/** A run that should have begun and has not for so long is late. */
const LATE_MS = 60_000;

/** What asks for attention first, then what goes on. */
export function HomePage() {
  const { words } = useVoice();
  const latest = useRuns({ limit: '10' });
  return (
    <>
      <h1>{words.home}</h1>
      <Loaded query={latest}>
        {({ runs }) => (
          <>
            <Attention />
            <Upcoming />
            <h2>{words.lastRuns}</h2>
            <RunTable runs={runs} />
          </>
        )}
      </Loaded>
    </>
  );
}

function useRuns(filters: Readonly<Record<string, string>>) {
  return useQuery({
    queryKey: ['runs', filters],
    queryFn: () => api<RunPage>(`/api/runs?${new URLSearchParams(filters)}`),
  });
}

function Attention() {
  const { words, time } = useVoice();
  const failed = useRuns({ state: 'Failed,Crashed', limit: '5' });
  const waiting = useRuns({ state: 'Scheduled,Pending', limit: '100' });
  const running = useRuns({ state: 'Running', limit: '5' });
  const agents = useQuery({ queryKey: ['agents'], queryFn: () => api<AgentView[]>('/api/agents') });
  const now = Date.now();
  const late = (waiting.data?.runs ?? []).filter(({ scheduledFor }) => Date.parse(scheduledFor) < now - LATE_MS);
  const away = (agents.data ?? []).filter(({ online }) => !online);
  const ready = failed.data !== undefined && waiting.data !== undefined && agents.data !== undefined;
  const well = ready && failed.data.runs.length + late.length + away.length === 0;
  return (
    <section aria-labelledby="attention">
      <h2 id="attention">{words.attention}</h2>
      {well ? <p className="well">{words.allWell}</p> : null}
      <ul className="tiles">
        <Tile title={words.failedRuns} count={failed.data?.runs.length ?? 0} kind="bad">
          <RunLinks runs={failed.data?.runs ?? []} said={({ message = '' }) => message} />
        </Tile>
        <Tile title={words.lateRuns} count={late.length} kind="wait">
          <RunLinks runs={late.slice(0, 5)} said={({ scheduledFor }) => `${words.due} ${time(scheduledFor)}`} />
        </Tile>
        <Tile title={words.agentsAway} count={away.length} kind="bad">
          <ul>
            {away.slice(0, 5).map((agent) => (
              <li key={agent.id}>
                <Link to="/agents">{agent.name}</Link>{' '}
                <span className="meta">
                  {words.seen} {time(agent.seenAt)}
                </span>
              </li>
            ))}
          </ul>
        </Tile>
        <Tile title={words.runningNow} count={running.data?.runs.length ?? 0} kind="good">
          <RunLinks runs={running.data?.runs ?? []} said={({ flow }) => flow.name} />
        </Tile>
      </ul>
    </section>
  );
}

function Tile({
  title,
  count,
  kind,
  children,
}: {
  title: string;
  count: number;
  kind: 'bad' | 'wait' | 'good';
  children: ReactNode;
}) {
  return (
    <li className={`panel tile${count > 0 ? ` tile-${kind}` : ''}`}>
      <h3>
        <span className="tile-count">{count}</span> {title}
      </h3>
      {count > 0 ? children : null}
    </li>
  );
}

function RunLinks({ runs, said }: { runs: readonly RunView[]; said: (run: RunView) => string }) {
  return (
    <ul>
      {runs.map((run) => (
        <li key={run.id}>
          <Link to="/runs/$run" params={{ run: run.id }}>
            {run.name}
          </Link>{' '}
          <span className="meta">{said(run).slice(0, 120)}</span>
        </li>
      ))}
    </ul>
  );
}

function Upcoming() {
  const { words, time } = useVoice();
  const query = useQuery({
    queryKey: ['deployments'],
    queryFn: () => api<DeploymentView[]>('/api/deployments'),
    refetchInterval: 30_000,
  });
  const firings = (query.data ?? [])
    .flatMap((deployment) =>
      deployment.schedules.filter(({ active }) => active).flatMap(({ next }) => next.map((at) => ({ at, deployment }))),
    )
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, 5);
  if (firings.length === 0) return null;
  return (
    <section aria-labelledby="upcoming">
      <h2 id="upcoming">{words.upcoming}</h2>
      <ol className="panel firings">
        {firings.map(({ at, deployment }) => (
          <li key={`${at} ${deployment.id}`}>
            <time dateTime={at}>{time(at)}</time>{' '}
            <Link to="/flows/$deployment" params={{ deployment: deployment.id }}>
              {deployment.flow.name}
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
