import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { api, path } from '../api.ts';
import { cellText, type Field, type RestRow } from '../bigquery.ts';
import { Commands } from '../Commands.tsx';
import { Facts } from '../Facts.tsx';
import { Heads } from '../Heads.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { tableRoute } from '../router.tsx';
import { Scroll } from '../Scroll.tsx';
import { Lineage } from '../table/Lineage.tsx';
import { RowPolicies } from '../table/RowPolicies.tsx';
import { Section } from '../table/Section.tsx';
import { Partitions, Past, Permissions, Profile, Published, UsedBy } from '../table/sections.tsx';

interface Table {
  readonly type: string;
  readonly description?: string;
  readonly numRows?: string;
  readonly numBytes?: string;
  readonly lastModifiedTime?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly schema: { readonly fields?: readonly Field[] };
  readonly timePartitioning?: { readonly type: string; readonly field?: string };
}

interface Data {
  readonly rows?: readonly RestRow[];
}

export function TablePage() {
  const { project, dataset, table } = tableRoute.useParams();
  const { words, number, bytes, time } = useVoice();
  const place = useMemo(() => ({ project, dataset, table }), [project, dataset, table]);
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
              <Published place={place} />
              <Facts
                facts={[
                  [words.kind, info.type],
                  [words.rows, info.numRows === undefined ? '–' : number(Number(info.numRows))],
                  [words.size, info.numBytes === undefined ? '–' : bytes(Number(info.numBytes))],
                  [
                    words.partitioning,
                    partitioning === undefined ? '–' : `${partitioning.field ?? ''} (${partitioning.type})`,
                  ],
                  [
                    words.lastChange,
                    info.lastModifiedTime === undefined
                      ? '–'
                      : time(new Date(Number(info.lastModifiedTime)).toISOString()),
                  ],
                  [
                    words.labels,
                    Object.entries(info.labels ?? {})
                      .map((label) => label.join(': '))
                      .join(', ') || '–',
                  ],
                ]}
              />
              <h2>{words.columns}</h2>
              <Scroll label={words.columns}>
                <table>
                  <Heads names={[words.column, words.type, words.description, words.tags]} />
                  <tbody>
                    {fields.map((field) => (
                      <tr key={field.name}>
                        <th scope="row">{field.name}</th>
                        <td>{field.mode === 'REPEATED' ? `${field.type} (REPEATED)` : field.type}</td>
                        <td>{field.description ?? ''}</td>
                        <td>{(field.policyTags?.names ?? []).map((name) => name.split('/').at(-1)).join(', ')}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
              <h2>{words.preview}</h2>
              <Preview base={base} fields={fields} />
              <Section title={words.profile}>{() => <Profile place={place} fields={fields} />}</Section>
              <Section title={words.partitions}>{() => <Partitions place={place} />}</Section>
              <Section title={words.lineage}>{() => <Lineage place={place} />}</Section>
              <Section title={words.changes}>{() => <Past place={place} />}</Section>
              <Section title={words.usedBy}>{() => <UsedBy place={place} />}</Section>
              <Section title={words.permissions}>{() => <Permissions place={place} />}</Section>
              <Section title={words.rowPolicies}>{() => <RowPolicies place={place} fields={fields} />}</Section>
              <Commands
                commands={[
                  { cli: `arcos table get ${dataset} ${table} --project ${project}`, path: base },
                  { path: `${base}/data?maxResults=20` },
                ]}
              />
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
