import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api, path } from '../api.ts';
import { cellText, type Field, type RestRow } from '../bigquery.ts';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { tableRoute } from '../router.tsx';
import { Scroll } from '../Scroll.tsx';

interface Table {
  readonly type: string;
  readonly description?: string;
  readonly numRows?: string;
  readonly numBytes?: string;
  readonly schema: { readonly fields?: readonly Field[] };
  readonly timePartitioning?: { readonly type: string; readonly field?: string };
}

interface Data {
  readonly rows?: readonly RestRow[];
}

export function TablePage() {
  const { project, dataset, table } = tableRoute.useParams();
  const { words, number, bytes } = useVoice();
  const base = path`/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}`;
  const query = useQuery({ queryKey: ['table', base], queryFn: () => api<Table>(base) });
  return (
    <>
      <p className="meta">{`${project} · ${dataset}`}</p>
      <h1>{table}</h1>
      <Loaded query={query}>
        {(info) => {
          const fields = info.schema.fields ?? [];
          const { timePartitioning: partitioning } = info;
          return (
            <>
              <p className="lead">{info.description ?? ''}</p>
              <p>
                <Link
                  to="/sql"
                  search={{ project, query: `SELECT *\nFROM \`${project}.${dataset}.${table}\`\nLIMIT 100` }}
                  className="button"
                >
                  {words.queryTable}
                </Link>
              </p>
              <dl className="facts">
                <div>
                  <dt>{words.kind}</dt>
                  <dd>{info.type}</dd>
                </div>
                <div>
                  <dt>{words.rows}</dt>
                  <dd>{info.numRows === undefined ? '–' : number(Number(info.numRows))}</dd>
                </div>
                <div>
                  <dt>{words.size}</dt>
                  <dd>{info.numBytes === undefined ? '–' : bytes(Number(info.numBytes))}</dd>
                </div>
                <div>
                  <dt>{words.partitioning}</dt>
                  <dd>{partitioning === undefined ? '–' : `${partitioning.field ?? ''} (${partitioning.type})`}</dd>
                </div>
              </dl>
              <h2>{words.columns}</h2>
              <Scroll label={words.columns}>
                <table>
                  <Heads names={[words.column, words.type, words.description]} />
                  <tbody>
                    {fields.map((field) => (
                      <tr key={field.name}>
                        <th scope="row">{field.name}</th>
                        <td>{field.mode === 'REPEATED' ? `${field.type} (REPEATED)` : field.type}</td>
                        <td>{field.description ?? ''}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              <h2>{words.preview}</h2>
              <Preview base={base} fields={fields} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function Preview({ base, fields }: { base: string; fields: readonly Field[] }) {
  const { words } = useVoice();
  const query = useQuery({
    queryKey: ['data', base],
    queryFn: () => api<Data>(`${base}/data?maxResults=20`),
    refetchInterval: false,
  });
  return (
    <Loaded query={query}>
      {({ rows = [] }) =>
        rows.length === 0 ? (
          <p>{words.none}</p>
        ) : (
          <Scroll label={words.preview}>
            <table>
              <Heads names={fields.map(({ name }) => name)} />
              <tbody>
                {rows.map((row) => {
                  const cells = row.f.map(({ v }, index) => shown(fields[index], v));
                  return (
                    <tr key={cells.join('\u0000')}>
                      {cells.map((cell, index) => (
                        <td key={fields[index]?.name}>{cell}</td>
                      ))}
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </Scroll>
        )
      }
    </Loaded>
  );
}

function shown(field: Field | undefined, value: unknown): string {
  const text = cellText(field, value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
