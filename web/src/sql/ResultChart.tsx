import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, path } from '../api.ts';
import { cellText, type QueryAnswer } from '../bigquery.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Scroll } from '../Scroll.tsx';
import { pointsOf } from './points.ts';
import type { Finished } from './Results.tsx';

const NUMBERS = new Set(['INTEGER', 'FLOAT', 'NUMERIC', 'BIGNUMERIC']);
const LEFT = 190;
const WIDTH = 900;
const BAR = 22;

/** The first rows of a result as bars; the rows themselves are the same in words. */
export function ResultChart({ result: { project, job, fields } }: { result: Finished }) {
  const { words, number } = useVoice();
  const numeric = fields.filter(({ type, mode }) => NUMBERS.has(type) && mode !== 'REPEATED');
  const [x, setX] = useState(fields.find((field) => !numeric.includes(field))?.name ?? fields[0]?.name ?? '');
  const [y, setY] = useState(numeric.find(({ name }) => name !== x)?.name ?? '');
  const query = useQuery({
    queryKey: ['chart', project, job],
    queryFn: () => api<QueryAnswer>(`${path`/bigquery/v2/projects/${project}/queries/${job}`}?maxResults=1000`),
    refetchInterval: false,
  });
  const choice = (label: string, value: string, names: readonly string[], onChange: (name: string) => void) => (
    <label>
      {label}{' '}
      <select value={value} onChange={({ target }) => onChange(target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
  if (numeric.length === 0) return <p>{words.nothing}</p>;
  return (
    <>
      <div className="bar">
        {choice(
          words.x,
          x,
          fields.map(({ name }) => name),
          setX,
        )}
        {choice(
          words.y,
          y,
          numeric.map(({ name }) => name),
          setY,
        )}
        <p className="meta">{words.firstThousand}</p>
      </div>
      <Loaded query={query}>
        {({ rows = [] }) => {
          const [ix, iy] = [fields.findIndex(({ name }) => name === x), fields.findIndex(({ name }) => name === y)];
          const points = pointsOf(
            rows.map(({ f }) => [cellText(fields[ix], f[ix]?.v), Number(f[iy]?.v ?? Number.NaN)]),
          );
          const most = Math.max(...points.map(({ value }) => Math.abs(value)), 0) || 1;
          return (
            <Scroll label={words.chart}>
              <svg
                className="gantt"
                viewBox={`0 0 ${WIDTH} ${points.length * BAR}`}
                role="img"
                aria-label={`${y} ${words.x.toLowerCase()} ${x}`}
              >
                {points.map(({ label, value }, index) => {
                  const width = (Math.abs(value) / most) * (WIDTH - LEFT - 120);
                  return (
                    <g key={label}>
                      <text x={LEFT - 8} y={index * BAR + 15} textAnchor="end">
                        {label.slice(0, 28)}
                      </text>
                      <rect
                        className={`bar ${value < 0 ? 'bar-Failed' : 'bar-Running'}`}
                        x={LEFT}
                        y={index * BAR + 4}
                        width={Math.max(1, width)}
                        height={BAR - 8}
                      />
                      <text x={LEFT + width + 6} y={index * BAR + 15}>
                        {number(value)}
                      </text>
                    </g>
                  );
                })}
              </svg>
            </Scroll>
          );
        }}
      </Loaded>
    </>
  );
}
