import { useQuery } from '@tanstack/react-query';
import { api, path } from '../api.ts';
import { useVoice } from '../language.tsx';

interface Jobs {
  readonly jobs?: readonly {
    readonly id: string;
    readonly configuration?: { readonly query?: { readonly query?: string }; readonly labels?: Record<string, string> };
    readonly statistics?: { readonly creationTime?: string };
    readonly status?: { readonly errorResult?: { readonly message: string } };
  }[];
}

const MOST = 20;

/** The caller's own queries in a project, newest first, each text once. */
export function History({ project, onChoose }: { project: string; onChoose: (text: string) => void }) {
  const { words, time } = useVoice();
  const query = useQuery({
    queryKey: ['jobs', project],
    queryFn: () => api<Jobs>(`${path`/bigquery/v2/projects/${project}/jobs`}?maxResults=100`),
    refetchInterval: 30_000,
  });
  const seen = new Set<string>();
  const jobs = (query.data?.jobs ?? []).filter(({ configuration }) => {
    const text = configuration?.query?.query?.trim() ?? '';
    if (text === '' || seen.has(text)) return false;
    seen.add(text);
    return true;
  });
  return (
    <aside aria-labelledby="history">
      <h2 id="history">{words.queryHistory}</h2>
      {jobs.length === 0 ? <p className="meta">{words.none}</p> : null}
      <ul className="history">
        {jobs.slice(0, MOST).map(({ id, configuration, statistics, status }) => {
          const text = configuration?.query?.query?.trim() ?? '';
          const at = statistics?.creationTime;
          return (
            <li key={id}>
              <button type="button" className="plain" onClick={() => onChoose(text)}>
                <code>{text.replace(/\s+/g, ' ').slice(0, 160)}</code>
                <span className="meta">
                  {at === undefined ? '' : time(new Date(Number(at)).toISOString())}
                  {status?.errorResult === undefined ? '' : ' · ✗'}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </aside>
  );
}
