import { useQueries } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, useState } from 'react';
import { api, path } from '../api.ts';
import { cellText, type Field, type QueryAnswer } from '../bigquery.ts';
import { useVoice } from '../language.tsx';
import { ResultChart } from './ResultChart.tsx';
import { ResultMap } from './ResultMap.tsx';

export interface Finished {
  readonly project: string;
  readonly job: string;
  readonly fields: readonly Field[];
  readonly rows: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly affected?: number;
}

const PAGE = 500;
const ROW = 32;
/** Browsers draw no element that is higher than about 33 million pixels. */
const MOST_SHOWN = 1_000_000;
const NUMBERS = new Set(['INTEGER', 'FLOAT', 'NUMERIC', 'BIGNUMERIC']);

/** A query's rows: only those in sight are drawn, and only their pages are fetched. */
export function Results({ result }: { result: Finished }) {
  const { words, number, bytes } = useVoice();
  const { project, job, fields, rows } = result;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<'grid' | 'chart' | 'map'>('grid');
  const mapped = fields.some(({ type }) => type === 'GEOGRAPHY');
  const file = path`/api/projects/${project}/queries/${job}/file`;
  const formats = ['csv', 'parquet', 'xlsx', ...(mapped ? ['geojson'] : [])];
  const virtual = useVirtualizer({
    count: Math.min(rows, MOST_SHOWN),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const items = virtual.getVirtualItems();
  const pages = [...new Set(items.map(({ index }) => Math.floor(index / PAGE)))];
  const base = path`/bigquery/v2/projects/${project}/queries/${job}`;
  const loaded = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['rows', project, job, page],
      queryFn: () => api<QueryAnswer>(`${base}?startIndex=${page * PAGE}&maxResults=${PAGE}`),
      staleTime: Number.POSITIVE_INFINITY,
      refetchInterval: false as const,
    })),
  });
  const rowAt = (index: number) => loaded[pages.indexOf(Math.floor(index / PAGE))]?.data?.rows?.[index % PAGE]?.f;
  const took = `${words.took} ${number(Math.round(result.milliseconds) / 1000)} s · ${bytes(result.bytes)} ${words.read}`;
  const columnClass = (field: Field | undefined) => (NUMBERS.has(field?.type ?? '') ? 'number' : undefined);
  return (
    <section aria-labelledby="results">
      <div className="bar">
        <h2 id="results">{words.results}</h2>
        <p className="meta" role="status">
          {fields.length === 0
            ? `${words.done}${result.affected === undefined ? '' : `: ${number(result.affected)} ${words.rows.toLowerCase()}`} ${took}`
            : `${number(rows)} × ${number(fields.length)} ${took}`}
        </p>
        {rows === 0 ? null : (
          <>
            {(['grid', 'chart', ...(mapped ? (['map'] as const) : [])] as const).map((each) => (
              <button
                key={each}
                type="button"
                className="plain"
                aria-pressed={view === each}
                onClick={() => setView(each)}
              >
                {words[each]}
              </button>
            ))}
            <span className="meta">{words.exportAs}:</span>
            {formats.map((format) => (
              <a key={format} className="button plain" href={`${file}?format=${format}`} download>
                {format.toUpperCase()}
              </a>
            ))}
          </>
        )}
      </div>
      {rows === 0 ? (
        fields.length === 0 ? null : (
          <p>{words.noRows}</p>
        )
      ) : view === 'chart' ? (
        <ResultChart result={result} />
      ) : view === 'map' ? (
        <ResultMap result={result} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        <section className="grid" ref={scroller} tabIndex={0} aria-label={`${words.results}: ${words.rows}`}>
          <table aria-rowcount={rows + 1} style={{ minWidth: `${4 + 11 * fields.length}rem` }}>
            <thead>
              <tr aria-rowindex={1}>
                <th scope="col" className="grid-index">
                  #
                </th>
                {fields.map((field) => (
                  <th key={field.name} scope="col" className={columnClass(field)} title={field.type}>
                    {field.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <Space height={items[0]?.start ?? 0} />
              {items.map(({ index }) => {
                const cells = rowAt(index);
                return (
                  <tr key={index} aria-rowindex={index + 2} style={{ height: ROW }}>
                    <td className="grid-index">{number(index + 1)}</td>
                    {fields.map((field, place) => (
                      <td key={field.name} className={columnClass(field)}>
                        {cells === undefined ? '…' : cellText(field, cells[place]?.v).slice(0, 300)}
                      </td>
                    ))}
                  </tr>
                );
              })}
              <Space height={virtual.getTotalSize() - (items.at(-1)?.end ?? 0)} />
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

/** Stands for the rows that are not drawn. */
function Space({ height }: { height: number }) {
  return height <= 0 ? null : <tr style={{ height }} />;
}
