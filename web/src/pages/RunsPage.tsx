import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { RunPage as Page } from '../../../src/orchestrator/views.ts';
import { api } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { runsRoute } from '../router.tsx';
import { RunTable } from '../run/RunTable.tsx';

const STATES = ['Scheduled', 'Pending', 'Running', 'Completed', 'Failed', 'Crashed', 'Cancelling', 'Cancelled'];

export function RunsPage() {
  const { words } = useVoice();
  const search = runsRoute.useSearch();
  const navigate = useNavigate({ from: '/runs' });
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
          <Link to="/runs" search={search.state === undefined ? {} : { state: search.state }}>
            {words.newest}
          </Link>
        )}
      </div>
      <Loaded query={query}>
        {({ runs, next }) => (
          <>
            <RunTable runs={runs} />
            {next === undefined ? null : (
              <p>
                <Link to="/runs" search={{ ...search, before: next }}>
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
