import { useEffect, useRef, useState } from 'react';
import { path } from '../api.ts';
import { useVoice } from '../language.tsx';
import type { Finished } from './Results.tsx';

/** The shapes of a result on a map, coloured by one of its numbers. The map is fetched when it is looked at. */
export function ResultMap({ result: { project, job, fields } }: { result: Finished }) {
  const { words } = useVoice();
  const holder = useRef<HTMLElement>(null);
  const choice = useRef<HTMLSelectElement>(null);
  const [problem, setProblem] = useState<string>();
  const source = `${path`/api/projects/${project}/queries/${job}/file`}?format=geojson`;
  const numbers = fields.filter(({ type }) => ['INTEGER', 'FLOAT', 'NUMERIC', 'BIGNUMERIC'].includes(type));
  const title = fields.find(({ type }) => type === 'STRING')?.name ?? '';
  useEffect(() => {
    let remove = () => {};
    let gone = false;
    void import('../mapview.ts')
      .then(async ({ showMap }) => {
        if (holder.current === null || choice.current === null || gone) return;
        remove = await showMap(holder.current, choice.current, { source, title });
        if (gone) remove();
      })
      .catch((error: Error) => setProblem(error.message));
    return () => {
      gone = true;
      remove();
    };
  }, [source, title]);
  return (
    <>
      <label>
        {words.y}{' '}
        <select ref={choice}>
          {numbers.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      <section ref={holder} className="map" aria-label={words.map} />
      <p id="map-value" className="meta" aria-live="polite" />
      <div id="map-legend" className="legend" />
    </>
  );
}
