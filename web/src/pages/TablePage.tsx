import { useQuery } from '@tanstack/react-query';
import { api, path } from '../api.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { tableRoute } from '../router.tsx';

interface Field {
  readonly name: string;
  readonly type: string;
  readonly mode?: string;
  readonly description?: string;
}

interface Table {
  readonly type: string;
  readonly description?: string;
  readonly numRows?: string;
  readonly numBytes?: string;
  readonly schema: { readonly fields?: readonly Field[] };
  readonly timePartitioning?: { readonly type: string; readonly field?: string };
}

interface Data {
  readonly rows?: readonly { readonly f: readonly { readonly v: unknown }[] }[];
}

export function TablePage() {
  const { project, dataset, table } = tableRoute.useParams();
  const { words, number } = useVoice();
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
              <p>{info.description ?? ''}</p>
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
                  <dd>
                    {info.numBytes === undefined ? '–' : `${number(Math.ceil(Number(info.numBytes) / 1024))} KiB`}
                  </dd>
                </div>
                <div>
                  <dt>{words.partitioning}</dt>
                  <dd>{partitioning === undefined ? '–' : `${partitioning.field ?? ''} (${partitioning.type})`}</dd>
                </div>
              </dl>
              <h2>{words.columns}</h2>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{words.column}</th>
                    <th scope="col">{words.type}</th>
                    <th scope="col">{words.description}</th>
                  </tr>
                </thead>
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
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
          <section className="scroll" aria-label={words.preview} tabIndex={0}>
            <table>
              <thead>
                <tr>
                  {fields.map(({ name }) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => {
                  const cells = row.f.map(({ v }) => shown(v));
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
          </section>
        )
      }
    </Loaded>
  );
}

function shown(value: unknown): string {
  const text = value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
