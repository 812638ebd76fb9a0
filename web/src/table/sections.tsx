import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, path } from '../api.ts';
import { type Field, select } from '../bigquery.ts';
import { Commands } from '../Commands.tsx';
import { People } from '../govern/roles.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { EntryForm } from '../manage/Manage.tsx';
import { Table } from '../Table.tsx';
import { jobsSql, partitionsSql, profiled, profileSql, quotedTable, type TablePlace } from './sql.ts';

type Row = Readonly<Record<string, string>>;
const once = { refetchInterval: false, staleTime: 60_000, retry: false } as const;

function useRows(project: string, sql: string) {
  return useQuery({ queryKey: ['select', project, sql], queryFn: () => select(project, sql), ...once });
}

/** The same question by command and by API. */
function AsQuery({ project, sql }: { project: string; sql: string }) {
  return (
    <Commands
      commands={[
        {
          cli: `arcos query --project ${project} '${sql.replaceAll("'", `'\\''`)}'`,
          method: 'POST',
          path: path`/bigquery/v2/projects/${project}/queries`,
          json: { query: sql, useLegacySql: false },
        },
      ]}
    />
  );
}

export function Partitions({ place }: { place: TablePlace }) {
  const { words, number, bytes } = useVoice();
  const sql = partitionsSql(place);
  const query = useRows(place.project, sql);
  return (
    <>
      <Loaded query={query}>
        {(rows) => (
          <Table<Row>
            label={words.partitions}
            rows={rows}
            keyOf={(row, index) => `${row['partition_id']} ${index}`}
            columns={[
              [words.partition, (row) => row['partition_id'] || '–'],
              [words.rows, (row) => number(Number(row['total_rows']))],
              [words.size, (row) => bytes(Number(row['total_logical_bytes']))],
              [words.lastChange, (row) => row['last_modified_time'] ?? ''],
            ]}
          />
        )}
      </Loaded>
      <AsQuery project={place.project} sql={sql} />
    </>
  );
}

/** Computed when it is asked for: it reads the whole table. */
export function Profile({ place, fields }: { place: TablePlace; fields: readonly Field[] }) {
  const { words, number } = useVoice();
  const sql = profileSql(place, fields);
  const compute = useMutation({ mutationFn: () => select(place.project, sql) });
  const [row] = compute.data ?? [];
  const total = Number(row?.['total'] ?? 0);
  const share = (value: string | undefined) =>
    `${number(Number(value))} (${number(total === 0 ? 0 : Math.round((Number(value) / total) * 1000) / 10)} %)`;
  return (
    <>
      <p>
        <button type="button" onClick={() => compute.mutate()} disabled={compute.isPending}>
          {words.makeProfile}
        </button>
      </p>
      {compute.error === null ? null : <p role="alert">{compute.error.message}</p>}
      {row === undefined ? null : (
        <Table
          label={words.profile}
          rows={profiled(fields).map(({ name }, index) => ({ name, index }))}
          keyOf={({ name }) => name}
          columns={[
            [words.column, ({ name }) => name],
            [words.nulls, ({ index }) => share(row[`n${index}`])],
            [words.distinct, ({ index }) => number(Number(row[`d${index}`]))],
            [words.least, ({ index }) => row[`a${index}`]?.slice(0, 80)],
            [words.greatest, ({ index }) => row[`z${index}`]?.slice(0, 80)],
          ]}
        />
      )}
      <AsQuery project={place.project} sql={sql} />
    </>
  );
}

/** What changed the table lately, and its rows as they were at a moment. */
export function Past({ place }: { place: TablePlace }) {
  const { words } = useVoice();
  const changes = jobsSql(place, true);
  const query = useRows(place.project, changes);
  const [moment, setMoment] = useState<string>();
  return (
    <>
      <Loaded query={query}>
        {(rows) => (
          <Table<Row>
            label={words.changes}
            rows={rows}
            keyOf={(row, index) => `${row['job_id']} ${index}`}
            columns={[
              [words.when, (row) => row['creation_time']],
              [words.principal, (row) => row['user_email']],
              [words.what, (row) => row['statement_type']],
            ]}
          />
        )}
      </Loaded>
      <EntryForm
        label={words.timeTravel}
        busy={false}
        fields={[{ name: 'at', label: words.timeTravel, type: 'datetime-local' }]}
        onEnter={({ at = '' }) => setMoment(new Date(at).toISOString())}
      />
      {moment === undefined ? null : <RowsAt key={moment} place={place} moment={moment} />}
      <AsQuery project={place.project} sql={changes} />
    </>
  );
}

function RowsAt({ place, moment }: { place: TablePlace; moment: string }) {
  const { words } = useVoice();
  const sql = `SELECT * FROM ${quotedTable(place)} FOR SYSTEM_TIME AS OF TIMESTAMP '${moment}' LIMIT 20`;
  const query = useRows(place.project, sql);
  return (
    <Loaded query={query}>
      {(rows) => (
        <Table<Row>
          label={`${words.timeTravel} ${moment}`}
          rows={rows}
          keyOf={(_row, index) => String(index)}
          columns={Object.keys(rows[0] ?? {}).map((name) => [name, (row: Row) => row[name]?.slice(0, 120)] as const)}
        />
      )}
    </Loaded>
  );
}

export function UsedBy({ place }: { place: TablePlace }) {
  const { words, number } = useVoice();
  const sql = jobsSql(place, false);
  const query = useRows(place.project, sql);
  return (
    <>
      <Loaded query={query}>
        {(rows) => (
          <Table<Row>
            label={words.usedBy}
            rows={rows}
            keyOf={(row) => row['user_email'] ?? ''}
            columns={[
              [words.principal, (row) => row['user_email']],
              [words.times, (row) => number(Number(row['times']))],
              [words.seen, (row) => row['last']],
            ]}
          />
        )}
      </Loaded>
      <AsQuery project={place.project} sql={sql} />
    </>
  );
}

/** Who may read it, and by what. */
export function Permissions({ place: { project, dataset, table } }: { place: TablePlace }) {
  const resource = `table/${project}.${dataset}.${table}`;
  const address = path`/api/access/who?action=table.read&resource=${resource}`;
  const query = useQuery({
    queryKey: ['who', resource],
    queryFn: () => api<{ principal: string; kind: string; reason: string }[]>(address),
    ...once,
  });
  return (
    <>
      <Loaded query={query}>{(people) => <People people={people} />}</Loaded>
      <Commands commands={[{ cli: `arcos access who table.read ${resource}`, path: address }]} />
    </>
  );
}

interface Publication {
  readonly project: string;
  readonly dataset: string;
  readonly title: string;
  readonly owner: string;
  readonly frequency: string;
  readonly tables: readonly string[];
}

/** Whether everyone may see it, and who answers for it. */
export function Published({ place: { project, dataset, table } }: { place: TablePlace }) {
  const { words } = useVoice();
  const query = useQuery({
    queryKey: ['publications'],
    queryFn: () => api<Publication[]>('/api/publications'),
    ...once,
  });
  if (query.data === undefined) return null;
  const found = query.data.find((each) => each.project === project && each.dataset === dataset);
  if (found === undefined || !found.tables.includes(table)) {
    return (
      <p className="meta">
        {words.notPublished}{' '}
        <Link to="/publish" search={{ project, dataset }}>
          {words.publish}
        </Link>
      </p>
    );
  }
  const { title, owner, frequency } = found;
  return (
    <p>
      <a href={path`/dados/${project}/${dataset}/${table}`}>{words.published}</a>: {title} · {owner} · {frequency}
    </p>
  );
}
