import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiError, api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Graph } from '../graph/Graph.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Table } from '../Table.tsx';
import { around, type LineageNode, type LineageView, merged } from './lineage.ts';
import type { TablePlace } from './sql.ts';

/** Where a table comes from and what is made of it, one hop at first and one more for each that is clicked. */
export function Lineage({ place }: { place?: TablePlace }) {
  const namespaces = useQuery({
    queryKey: ['manage', '/api/namespaces'],
    queryFn: () => api<{ id: string }[]>('/api/namespaces').catch(() => []),
    refetchInterval: false,
  });
  return (
    <Loaded query={namespaces}>
      {(all) => <OfNamespaces namespaces={all.map(({ id }) => id)} {...(place === undefined ? {} : { place })} />}
    </Loaded>
  );
}

function OfNamespaces({ namespaces, place }: { namespaces: readonly string[]; place?: TablePlace }) {
  const { words } = useVoice();
  const queries = useQueries({
    queries: namespaces.map((namespace) => ({
      queryKey: ['lineage', namespace],
      queryFn: () =>
        api<LineageView>(path`/namespaces/${namespace}/lineage`).catch((error: unknown) => {
          // Not every namespace has models.
          if (error instanceof ApiError && error.status === 404) return { nodes: [], edges: [] };
          throw error;
        }),
      refetchInterval: false as const,
      staleTime: 60_000,
    })),
  });
  const failed = queries.find(({ error }) => error !== null)?.error;
  const views = queries.flatMap(({ data }) => data ?? []);
  const ready = views.length === namespaces.length;
  const key = views.map(({ nodes }) => nodes.length).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the views are new objects each time; their sizes say when they changed.
  const lineage = useMemo(() => merged(views), [key]);
  if (failed !== undefined && failed !== null) return <p role="alert">{failed.message}</p>;
  if (!ready) return <p>{words.loading}</p>;
  return (
    <>
      <Shown lineage={lineage} {...(place === undefined ? {} : { place })} />
      <Commands commands={namespaces.map((namespace) => ({ path: path`/namespaces/${namespace}/lineage` }))} />
    </>
  );
}

function Shown({ lineage, place }: { lineage: LineageView; place?: TablePlace }) {
  const { words } = useVoice();
  const start = useMemo(
    () =>
      place === undefined
        ? undefined
        : lineage.nodes.find(
            ({ table }) =>
              table?.project === place.project && table.dataset === place.dataset && table.table === place.table,
          ),
    [lineage, place],
  );
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<string | undefined>(start?.id);
  const boxes = useMemo(
    () => (place === undefined ? around(lineage) : around(lineage, new Set([start?.id ?? '', ...opened]))),
    [lineage, place, start, opened],
  );
  if (boxes.length === 0) return <p>{words.none}</p>;
  const node = lineage.nodes.find(({ id }) => id === chosen);
  return (
    <>
      <p className="meta">{words.lineageHint}</p>
      <Graph
        label={words.lineage}
        boxes={boxes}
        {...(chosen === undefined ? {} : { chosen })}
        onChoose={({ id }) => {
          setChosen(id);
          setOpened((before) => new Set([...before, id]));
        }}
      />
      {node === undefined ? null : <Columns node={node} lineage={lineage} />}
    </>
  );
}

function Columns({ node, lineage }: { node: LineageNode; lineage: LineageView }) {
  const { words } = useVoice();
  const names = new Map(lineage.nodes.map(({ id, name }) => [id, name]));
  return (
    <>
      <h2>
        {words.columnLineage}: {node.name}
      </h2>
      <p className="meta">{[node.kind, node.materialized, node.file, node.reason].filter(Boolean).join(' · ')}</p>
      <Table
        label={`${words.columnLineage}: ${node.name}`}
        rows={node.columns}
        keyOf={({ name }) => name}
        columns={[
          [words.column, ({ name }) => name],
          [words.type, ({ type }) => type ?? ''],
          [
            words.upstream,
            ({ sources }) =>
              sources
                .map(({ node: of, column, uses }) => `${names.get(of) ?? of}.${column} (${uses.join(', ')})`)
                .join('; '),
          ],
        ]}
      />
    </>
  );
}
