import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Copy } from '../Copy.tsx';
import { useVoice } from '../language.tsx';
import { EntryForm } from '../manage/Manage.tsx';

interface SavedQuery {
  readonly name: string;
  readonly sql: string;
  readonly owner: string;
}

/** Queries kept for everyone of the project, and the address that shows the present one to somebody else. */
export function Saved({
  project,
  text,
  onChoose,
}: {
  project: string;
  text: string;
  onChoose: (text: string) => void;
}) {
  const { words } = useVoice();
  const queries = useQueryClient();
  const base = path`/api/projects/${project}/saved-queries`;
  const query = useQuery({
    queryKey: ['saved', project],
    queryFn: () => api<SavedQuery[]>(base),
    refetchInterval: 30_000,
  });
  const change = useMutation({
    mutationFn: ({ name, sql }: { name: string; sql?: string }) =>
      api(
        `${base}/${encodeURIComponent(name)}`,
        sql === undefined ? { method: 'DELETE' } : { method: 'PUT', json: { sql } },
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: ['saved', project] }),
  });
  const shared = `${location.origin}/console/sql?${new URLSearchParams({ project, query: text })}`;
  return (
    <section aria-labelledby="saved">
      <h2 id="saved">{words.savedQueries}</h2>
      <Copy text={shared} label={words.share} />
      <EntryForm
        label={words.saveQuery}
        busy={change.isPending}
        fields={[{ name: 'name', label: words.queryName }]}
        onEnter={({ name = '' }) => change.mutate({ name, sql: text })}
      />
      {change.error === null ? null : <p role="alert">{change.error.message}</p>}
      <ul className="history">
        {(query.data ?? []).map(({ name, sql, owner }) => (
          <li key={name}>
            <button type="button" className="plain" onClick={() => onChoose(sql)}>
              {name} <span className="meta">{owner}</span>
            </button>
            <button type="button" className="plain" onClick={() => change.mutate({ name })}>
              {words.remove}
              <span className="hidden"> {name}</span>
            </button>
          </li>
        ))}
      </ul>
      <Commands
        commands={[
          {
            cli: `arcos query --project ${project} '${text.replaceAll("'", `'\\''`)}'`,
            method: 'POST',
            path: path`/bigquery/v2/projects/${project}/queries`,
            json: { query: text, useLegacySql: false },
          },
        ]}
      />
    </section>
  );
}
