import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, path } from '../api.ts';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Scroll } from '../Scroll.tsx';

interface Projects {
  readonly projects: readonly { readonly id: string }[];
}

interface Datasets {
  readonly datasets: readonly { readonly datasetReference: { readonly datasetId: string } }[];
}

interface Tables {
  readonly tables: readonly { readonly type: string; readonly tableReference: { readonly tableId: string } }[];
}

export function DataPage() {
  const { words } = useVoice();
  const query = useQuery({ queryKey: ['projects'], queryFn: () => api<Projects>('/bigquery/v2/projects') });
  return (
    <>
      <h1>{words.data}</h1>
      <p>
        <Link to="/upload" className="button plain">
          {words.upload}
        </Link>{' '}
        <Link to="/publish" className="button plain">
          {words.publish}
        </Link>
      </p>
      <Loaded query={query}>{({ projects }) => projects.map(({ id }) => <Project key={id} id={id} />)}</Loaded>
    </>
  );
}

function Project({ id }: { id: string }) {
  const query = useQuery({
    queryKey: ['datasets', id],
    queryFn: () => api<Datasets>(path`/bigquery/v2/projects/${id}/datasets`),
  });
  return (
    <section>
      <h2>{id}</h2>
      <Loaded query={query}>
        {({ datasets }) => (
          <TableList project={id} datasets={datasets.map(({ datasetReference }) => datasetReference.datasetId)} />
        )}
      </Loaded>
    </section>
  );
}

function TableList({ project, datasets }: { project: string; datasets: readonly string[] }) {
  const { words } = useVoice();
  const queries = useQueries({
    queries: datasets.map((dataset) => ({
      queryKey: ['tables', project, dataset],
      queryFn: () => api<Tables>(path`/bigquery/v2/projects/${project}/datasets/${dataset}/tables`),
    })),
  });
  if (datasets.length === 0) return <p>{words.none}</p>;
  return (
    <Scroll label={`${project}: ${words.tables}`}>
      <table>
        <Heads names={[words.dataset, words.table, words.kind]} />
        <tbody>
          {datasets.flatMap((dataset, index) =>
            (queries[index]?.data?.tables ?? []).map(({ type, tableReference: { tableId: table } }) => (
              <tr key={`${dataset}.${table}`}>
                <td>{dataset}</td>
                <th scope="row">
                  <Link to="/data/$project/$dataset/$table" params={{ project, dataset, table }}>
                    {table}
                  </Link>
                </th>
                <td>{type}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </Scroll>
  );
}
