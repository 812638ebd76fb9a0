import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import { ApiError } from '../api.ts';
import { allTables, projects } from '../bigquery.ts';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { sqlRoute } from '../router.tsx';
import { Editor } from '../sql/Editor.tsx';
import { History } from '../sql/History.tsx';
import { faultRange } from '../sql/position.ts';
import { Results } from '../sql/Results.tsx';
import { cancel, dryRun, run } from '../sql/run.ts';
import { Saved } from '../sql/Saved.tsx';

const DRAFT = 'arcos.sql';
const PROJECT = 'arcos.sql.project';
const CAP = 'arcos.sql.cap';
const PAUSE_MS = 400;
const MIB = 2 ** 20;

export function SqlPage() {
  const { words } = useVoice();
  const query = useQuery({ queryKey: ['projects'], queryFn: projects, refetchInterval: false });
  return (
    <>
      <h1>{words.sql}</h1>
      <Loaded query={query}>{(all) => (all.length === 0 ? <p>{words.none}</p> : <Workbench projects={all} />)}</Loaded>
    </>
  );
}

function Workbench({ projects: all }: { projects: readonly string[] }) {
  const { words, bytes } = useVoice();
  const queries = useQueryClient();
  const asked = sqlRoute.useSearch();
  const [text, setText] = useState(asked.query ?? localStorage.getItem(DRAFT) ?? 'SELECT 1');
  const kept = asked.project ?? localStorage.getItem(PROJECT) ?? '';
  const [project, setProject] = useState(all.includes(kept) ? kept : (all[0] ?? ''));
  const settled = useSettled(text);
  const running = useRef('');
  const [cap, setCap] = useState(() => Number(localStorage.getItem(CAP) ?? 0));

  useEffect(() => {
    localStorage.setItem(DRAFT, text);
    localStorage.setItem(PROJECT, project);
    localStorage.setItem(CAP, String(cap));
  }, [text, project, cap]);

  const check = useQuery({
    queryKey: ['dryrun', project, settled],
    queryFn: () => dryRun(project, settled),
    enabled: settled.trim() !== '',
    retry: false,
    refetchInterval: false,
    staleTime: 30_000,
  });
  const tables = useQuery({ queryKey: ['alltables'], queryFn: allTables, refetchInterval: false, staleTime: 60_000 });
  const execution = useMutation({
    mutationFn: (statement: string) => {
      running.current = crypto.randomUUID();
      return run(project, statement, running.current, cap === 0 ? undefined : cap * MIB);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['jobs', project] }),
  });

  const schema = useMemo(() => {
    const names: Record<string, Record<string, string[]>> = {};
    for (const { project: of, dataset, table } of tables.data ?? []) {
      const key = of === project ? dataset : `${of}.${dataset}`;
      names[key] = { ...names[key], [table]: [] };
    }
    return names;
  }, [tables.data, project]);

  const wrong = text === settled && check.error instanceof ApiError ? check.error.message : undefined;
  const fault = useMemo(() => {
    const range = wrong === undefined ? undefined : faultRange(settled, wrong);
    return wrong === undefined || range === undefined ? undefined : { ...range, message: wrong };
  }, [wrong, settled]);
  const tooMuch = cap > 0 && text === settled && (check.data?.bytes ?? 0) > cap * MIB;
  const start = () => {
    if (!execution.isPending && !tooMuch && text.trim() !== '') execution.mutate(text);
  };

  return (
    <div className="workbench">
      <div>
        <div className="panel editor-panel">
          <Editor text={text} label={words.query} fault={fault} schema={schema} onChange={setText} onRun={start} />
          <div className="bar">
            <button type="button" onClick={start} disabled={execution.isPending || tooMuch}>
              {words.run}
            </button>
            {execution.isPending ? (
              <button type="button" className="plain" onClick={() => void cancel(project, running.current)}>
                {words.cancelQuery}
              </button>
            ) : null}
            <label>
              <span className="meta">{words.project}</span>{' '}
              <select value={project} onChange={({ target }) => setProject(target.value)}>
                {all.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <label>
              <span className="meta">{words.cap}</span>{' '}
              <input
                type="number"
                min={0}
                size={6}
                value={cap === 0 ? '' : cap}
                onChange={({ target }) => setCap(Math.max(0, Number(target.value)))}
              />
            </label>
            <p className={wrong === undefined ? 'meta' : 'fault'} role="status">
              {execution.isPending
                ? words.running
                : (wrong ??
                  (check.data === undefined
                    ? ''
                    : `${words.willRead} ${bytes(check.data.bytes)}${tooMuch ? `. ${words.tooMuch}` : ''}`))}
            </p>
          </div>
        </div>
        <p className="meta">{words.runHint}</p>
        {execution.error === null ? null : (
          <p role="alert" className="fault">
            {execution.error.message}
          </p>
        )}
        {execution.data === undefined ? null : <Results key={execution.data.job} result={execution.data} />}
      </div>
      <div>
        <Saved project={project} text={text} onChoose={setText} />
        <History project={project} onChoose={setText} />
      </div>
    </div>
  );
}

/** The value once it has not changed for a moment. */
function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
