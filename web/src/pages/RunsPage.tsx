import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { BulkOutcome, RunPage as Page } from '../../../src/orchestrator/views.ts';
import { api } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { type RunFilters, runsRoute } from '../router.tsx';
import { RunTable } from '../run/RunTable.tsx';

const STATES = ['Scheduled', 'Pending', 'Running', 'Completed', 'Failed', 'Crashed', 'Cancelling', 'Cancelled'];

/** Runs as the address narrows them, a page at a time; those chosen are retried or cancelled together. */
export function RunsPage() {
  const { words } = useVoice();
  const search = runsRoute.useSearch();
  const path = `/api/runs?${new URLSearchParams({ limit: '50', ...search })}`;
  const query = useQuery({ queryKey: ['runs', search], queryFn: () => api<Page>(path) });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (run: string) => {
    const next = new Set(chosen);
    if (!next.delete(run)) next.add(run);
    setChosen(next);
  };
  const { before: _before, ...filters } = search;
  return (
    <>
      <h1>{words.runs}</h1>
      <Filters filters={filters} />
      <Loaded query={query}>
        {({ runs, next }) => (
          <>
            <Bulk
              chosen={[...chosen]}
              onAll={() => setChosen(new Set(runs.map(({ id }) => id)))}
              onDone={() => setChosen(new Set())}
            />
            <RunTable runs={runs} selection={{ chosen, toggle }} />
            <p className="pages">
              {search.before === undefined ? null : (
                <Link to="/runs" search={filters}>
                  {words.newest}
                </Link>
              )}{' '}
              {next === undefined ? null : (
                <Link to="/runs" search={{ ...search, before: next }}>
                  {words.older}
                </Link>
              )}
            </p>
          </>
        )}
      </Loaded>
      <Commands commands={[{ cli: cliOf(filters), path }]} />
    </>
  );
}

function cliOf({ state, flow, namespace }: RunFilters): string {
  const flags = Object.entries({ state, flow, namespace }).filter(([, value]) => value !== undefined);
  return ['arcos runs', ...flags.map(([name, value]) => `--${name} ${value}`)].join(' ');
}

function Filters({ filters }: { filters: RunFilters }) {
  const { words, state } = useVoice();
  const navigate = useNavigate({ from: '/runs' });
  const narrow = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const entered = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()]);
    void navigate({ search: Object.fromEntries(entered.filter(([, value]) => value !== '')) });
  };
  return (
    <form className="filters" onSubmit={narrow} key={JSON.stringify(filters)}>
      <label>
        {words.state}{' '}
        <select name="state" defaultValue={filters.state ?? ''}>
          <option value="">{words.all}</option>
          {STATES.map((name) => (
            <option key={name} value={name}>
              {state(name)}
            </option>
          ))}
        </select>
      </label>
      <label>
        {words.flow} <input name="flow" defaultValue={filters.flow ?? ''} size={16} />
      </label>
      <label>
        {words.namespace} <input name="namespace" defaultValue={filters.namespace ?? ''} size={16} />
      </label>
      <button type="submit" className="plain">
        {words.apply}
      </button>
    </form>
  );
}

function Bulk({ chosen, onAll, onDone }: { chosen: readonly string[]; onAll: () => void; onDone: () => void }) {
  const { words, number } = useVoice();
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: (action: 'retry' | 'cancel') =>
      api<{ outcomes: BulkOutcome[] }>('/api/runs/bulk', { method: 'POST', json: { action, runs: chosen } }),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['runs'] }),
  });
  const outcomes = act.data?.outcomes ?? [];
  const refused = outcomes.filter(({ done }) => !done);
  return (
    <div className="bar">
      <button type="button" className="plain" onClick={onAll}>
        {words.selectAll}
      </button>
      <button type="button" disabled={chosen.length === 0 || act.isPending} onClick={() => act.mutate('retry')}>
        {words.retrySelected}
      </button>
      <button
        type="button"
        className="plain"
        disabled={chosen.length === 0 || act.isPending}
        onClick={() => act.mutate('cancel')}
      >
        {words.cancelSelected}
      </button>
      <p className="meta" role="status">
        {chosen.length > 0
          ? `${number(chosen.length)} ${words.selected}`
          : outcomes.length > 0
            ? `${number(outcomes.length - refused.length)} ${words.bulkDone}, ${number(refused.length)} ${words.bulkRefused}`
            : ''}
      </p>
      {act.error === null ? null : <p role="alert">{act.error.message}</p>}
      {refused.length === 0 ? null : (
        <p className="fault">{[...new Set(refused.map(({ message }) => message))].join('; ')}</p>
      )}
    </div>
  );
}
