import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { EntryForm } from '../manage/Manage.tsx';

interface Task {
  readonly id: string;
  readonly kind: 'data' | 'error';
  readonly text: string;
  readonly project?: string;
  readonly dataset?: string;
  readonly table?: string;
  readonly contact?: string;
  readonly state: 'open' | 'doing' | 'done' | 'refused';
  readonly note?: string;
  readonly createdAt: string;
  readonly changedAt: string;
  readonly changedBy?: string;
}

const STATES = ['open', 'doing', 'done', 'refused'] as const;

/** What the public asked for or reported, as tasks with a state. */
export function RequestsPage() {
  const { words } = useVoice();
  const [state, setState] = useState<string>('open');
  const names = useStateNames();
  const address = `/api/portal/requests${state === '' ? '' : `?state=${state}`}`;
  const query = useQuery({
    queryKey: ['requests', state],
    queryFn: () => api<Task[]>(address),
    refetchInterval: 15_000,
  });
  return (
    <>
      <h1>{words.requests}</h1>
      <p className="lead">{words.requestsIntro}</p>
      <label>
        {words.state}{' '}
        <select value={state} onChange={({ target }) => setState(target.value)}>
          <option value="">{words.all}</option>
          {STATES.map((each) => (
            <option key={each} value={each}>
              {names[each]}
            </option>
          ))}
        </select>
      </label>
      <Loaded query={query}>
        {(tasks) => (tasks.length === 0 ? <p>{words.none}</p> : tasks.map((task) => <One key={task.id} task={task} />))}
      </Loaded>
      <Commands commands={[{ path: address }]} />
    </>
  );
}

function useStateNames(): Readonly<Record<Task['state'], string>> {
  const { words } = useVoice();
  return { open: words.stateOpen, doing: words.stateDoing, done: words.stateDone, refused: words.stateRefused };
}

function One({ task }: { task: Task }) {
  const { words, time } = useVoice();
  const queries = useQueryClient();
  const names = useStateNames();
  const { id, kind, text, project, dataset, table, contact, state, note = '', createdAt, changedBy, changedAt } = task;
  const about = [project, dataset, table].filter((part) => part !== undefined).join('.');
  const change = useMutation({
    mutationFn: (json: object) => api(path`/api/portal/requests/${id}`, { method: 'PATCH', json }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['requests'] }),
  });
  return (
    <article className="panel" aria-label={`${kind === 'data' ? words.kindData : words.kindError} ${id}`}>
      <h2>
        {kind === 'data' ? words.kindData : words.kindError} {about === '' ? null : <code>{about}</code>}
      </h2>
      <p className="meta">
        {words.received} {time(createdAt)} · {names[state]}
        {changedBy === undefined ? '' : ` · ${changedBy} ${time(changedAt)}`}
        {contact === undefined ? '' : ` · ${words.contact}: ${contact}`}
      </p>
      <p className="quoted">{text}</p>
      <EntryForm
        key={`${state} ${note}`}
        label={words.save}
        busy={change.isPending}
        fields={[
          { name: 'state', label: words.state, choices: STATES, initial: state },
          { name: 'note', label: words.note, required: false, initial: note },
        ]}
        onEnter={({ state: next, note: said }) => change.mutate({ state: next, note: said })}
      />
      {change.error === null ? null : <p role="alert">{change.error.message}</p>}
    </article>
  );
}
