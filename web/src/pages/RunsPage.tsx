import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { RunPage as Page } from '../../../src/orchestrator/views.ts';
import { api } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { runsRoute } from '../router.tsx';
import { State } from '../State.tsx';
import { elapsed } from '../time.ts';

const STATES = ['Scheduled', 'Pending', 'Running', 'Completed', 'Failed', 'Crashed', 'Cancelling', 'Cancelled'];

export function RunsPage() {
  const { words, time } = useVoice();
  const search = runsRoute.useSearch();
  const navigate = useNavigate({ from: '/' });
  const query = useQuery({
    queryKey: ['runs', search],
    queryFn: () => api<Page>(`/api/runs?${new URLSearchParams({ limit: '50', ...search })}`),
  });
  return (
    <>
      <h1>{words.runs}</h1>
      <div className="filters">
        <label>
          {words.state}{' '}
          <select
            value={search.state ?? ''}
            onChange={({ target }) => void navigate({ search: target.value === '' ? {} : { state: target.value } })}
          >
            <option value="">{words.all}</option>
            {STATES.map((state) => (
              <option key={state}>{state}</option>
            ))}
          </select>
        </label>
        {search.before === undefined ? null : (
          <Link from="/" to="/" search={search.state === undefined ? {} : { state: search.state }}>
            {words.newest}
          </Link>
        )}
      </div>
      <Loaded query={query}>
        {({ runs, next }) => (
          <>
            {runs.length === 0 ? <p>{words.none}</p> : null}
            <div className="scroll">
              <table>
                <thead>
                  <tr>
                    {[
                      words.name,
                      words.flow,
                      words.state,
                      words.namespace,
                      words.start,
                      words.duration,
                      words.attempt,
                    ].map((head) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {runs.map((run) => (
                    <tr key={run.id}>
                      <th scope="row">
                        <Link to="/runs/$run" params={{ run: run.id }}>
                          {run.name}
                        </Link>
                      </th>
                      <td>{run.flow.name}</td>
                      <td>
                        <State name={run.state} />
                      </td>
                      <td>{run.namespace}</td>
                      <td>{time(run.startedAt)}</td>
                      <td>{elapsed(run.startedAt, run.endedAt)}</td>
                      <td>{run.attempt}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {next === undefined ? null : (
              <p>
                <Link from="/" to="/" search={{ ...search, before: next }}>
                  {words.older}
                </Link>
              </p>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}
