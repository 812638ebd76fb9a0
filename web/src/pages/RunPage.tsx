import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ArtifactView, RunDetail, TaskRunView, WhyView } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Facts } from '../Facts.tsx';
import { Graph } from '../graph/Graph.tsx';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { runRoute } from '../router.tsx';
import { Gantt } from '../run/Gantt.tsx';
import { Logs } from '../run/Logs.tsx';
import { Scroll } from '../Scroll.tsx';
import { State } from '../State.tsx';
import { elapsed } from '../time.ts';

const ENDED = new Set(['Completed', 'Failed', 'Crashed', 'Cancelled']);

export function RunPage() {
  const { run: id } = runRoute.useParams();
  const query = useQuery({
    queryKey: ['run', id],
    queryFn: () => api<RunDetail>(path`/api/runs/${id}`),
    refetchInterval: ({ state }) => (ENDED.has(state.data?.state ?? '') ? 5000 : 500),
  });
  return <Loaded query={query}>{(run) => <Detail run={run} />}</Loaded>;
}

function Detail({ run }: { run: RunDetail }) {
  const { words, time } = useVoice();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (verb: 'retry' | 'cancel') => api(`${path`/api/runs/${run.id}`}/${verb}`, { method: 'POST', json: {} }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['run', run.id] }),
  });
  const facts: [string, string | number][] = [
    [words.flow, run.flow.name],
    [words.namespace, run.namespace],
    [words.agency, run.agency],
    [words.origin, run.origin],
    [words.attempt, run.attempt],
    [words.agent, run.agent ?? '–'],
    [words.start, time(run.startedAt)],
    [words.duration, elapsed(run.startedAt, run.endedAt)],
  ];
  return (
    <>
      <h1>
        {run.name} <State name={run.state} />
      </h1>
      {run.message === undefined ? null : <p>{run.message}</p>}
      <div className="actions">
        <button
          type="button"
          disabled={!['Failed', 'Crashed', 'Cancelled'].includes(run.state)}
          onClick={() => act.mutate('retry')}
        >
          {words.retry}
        </button>
        <button type="button" className="plain" disabled={ENDED.has(run.state)} onClick={() => act.mutate('cancel')}>
          {words.cancel}
        </button>
      </div>
      {act.error === null ? null : <p role="alert">{act.error.message}</p>}
      <Facts facts={facts} />
      {['Scheduled', 'Pending'].includes(run.state) ? <Why run={run.id} /> : null}
      <Commands
        commands={[
          { cli: `arcos runs show ${run.id}`, path: path`/api/runs/${run.id}` },
          { cli: `arcos runs retry ${run.id}`, method: 'POST', path: path`/api/runs/${run.id}/retry` },
          { cli: `arcos runs cancel ${run.id}`, method: 'POST', path: path`/api/runs/${run.id}/cancel` },
          {
            cli: `arcos run ${run.flow.name} --parameters '${JSON.stringify(run.parameters)}'`,
            method: 'POST',
            path: path`/api/deployments/${run.deployment.id}/runs`,
            json: { parameters: run.parameters },
          },
        ]}
      />
      <h2>{words.tasks}</h2>
      <Gantt tasks={run.tasks} />
      <TaskGraph tasks={run.tasks} />
      <Scroll label={words.tasks}>
        <table>
          <Heads names={[words.task, words.state, words.attempt, words.start, words.duration, words.message]} />
          <tbody>
            {run.tasks.map((task) => (
              <tr key={task.id}>
                <th scope="row">{task.key}</th>
                <td>
                  <State name={task.state} />
                </td>
                <td>{task.attempt}</td>
                <td>{time(task.startedAt)}</td>
                <td>{elapsed(task.startedAt, task.endedAt)}</td>
                <td>{task.message ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {run.artifacts.length === 0 ? null : <h2>{words.artifacts}</h2>}
      {run.artifacts.map((artifact) => (
        <Artifact key={artifact.id} artifact={artifact} />
      ))}
      <h2>{words.logs}</h2>
      <Logs run={run.id} live={!ENDED.has(run.state)} />
      <h2>{words.parameters}</h2>
      <pre>{JSON.stringify(run.parameters, null, 2)}</pre>
      <h2>{words.history}</h2>
      <Scroll label={words.history}>
        <table>
          <tbody>
            {run.history.map((change) => (
              <tr key={`${change.at} ${change.state}`}>
                <td>{time(change.at)}</td>
                <td>
                  <State name={change.state} />
                </td>
                <td>{change.attempt}</td>
                <td>{change.message ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}

/** What stands in the way of a run that waits. */
function Why({ run }: { run: string }) {
  const { words } = useVoice();
  const query = useQuery({ queryKey: ['why', run], queryFn: () => api<WhyView>(path`/api/runs/${run}/why`) });
  const reasons = query.data?.reasons ?? [];
  if (reasons.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="why">
      <h2 id="why">{words.why}</h2>
      <ul>
        {reasons.map(({ code, message }) => (
          <li key={code}>{message}</li>
        ))}
      </ul>
    </section>
  );
}

function TaskGraph({ tasks }: { tasks: readonly TaskRunView[] }) {
  const { words, state } = useVoice();
  const boxes = useMemo(
    () =>
      tasks.map((task) => ({
        id: task.key,
        label: task.key,
        upstream: task.upstream,
        kind: task.state,
        title: `${task.key}: ${state(task.state)}`,
      })),
    [tasks, state],
  );
  if (!boxes.some(({ upstream }) => upstream.length > 0)) return null;
  return (
    <details>
      <summary>{words.graph}</summary>
      <p className="meta">{words.graphHint}</p>
      <Graph label={words.graph} boxes={boxes} />
    </details>
  );
}

function Artifact({ artifact }: { artifact: ArtifactView }) {
  const { key, kind, data } = artifact;
  if (kind === 'link') return <LinkArtifact data={data as { url?: string; text?: string }} />;
  const image = kind === 'image' ? imageOf(data) : undefined;
  if (image !== undefined) return <img className="artifact" src={image.source} alt={image.alt} />;
  if (kind === 'table' && Array.isArray(data)) {
    const rows = data as Record<string, unknown>[];
    const columns = Object.keys(rows[0] ?? {});
    return (
      <Scroll label={key}>
        <table>
          <caption>{key}</caption>
          <Heads names={columns} />
          <tbody>
            {rows.map((row) => (
              <tr key={JSON.stringify(row)}>
                {columns.map((column) => (
                  <td key={column}>{String(row[column] ?? '')}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    );
  }
  return <pre>{typeof data === 'string' ? data : JSON.stringify(data, null, 2)}</pre>;
}

/** Only what browsers show as a picture; undefined for anything else. */
function imageOf(data: unknown): { source: string; alt: string } | undefined {
  const { contentType = '', base64 = '', alt = '' } = data as { contentType?: string; base64?: string; alt?: string };
  return /^image\/(png|jpeg|gif|webp)$/.test(contentType) && /^[A-Za-z0-9+/=]+$/.test(base64)
    ? { source: `data:${contentType};base64,${base64}`, alt }
    : undefined;
}

/** A link that the run left; only addresses that lead somewhere by being followed. */
function LinkArtifact({ data: { url = '', text = url } }: { data: { url?: string; text?: string } }) {
  return <p>{/^(https?:\/\/|\/)/.test(url) ? <a href={url}>{text}</a> : text}</p>;
}
