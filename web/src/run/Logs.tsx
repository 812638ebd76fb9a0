import { useEffect, useState } from 'react';
import type { LogPage, LogView, RunStreamEvent } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { useVoice } from '../language.tsx';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The run's log: what there is, and what comes, as it comes. */
export function Logs({ run, live }: { run: string; live: boolean }) {
  const { words } = useVoice();
  const [logs, setLogs] = useState<readonly LogView[]>([]);
  const [level, setLevel] = useState<string>('info');
  const [search, setSearch] = useState('');

  useEffect(() => {
    const seen = new Map<number, LogView>();
    const add = (more: readonly LogView[]) => {
      for (const log of more) seen.set(log.id, log);
      setLogs([...seen.values()].sort((a, b) => a.id - b.id));
    };
    let stopped = false;
    const load = async () => {
      for (let after = 0; !stopped; ) {
        const { logs: page } = await api<LogPage>(`${path`/api/runs/${run}/logs`}?after=${after}&limit=1000`);
        if (page.length === 0) return;
        add(page);
        after = page.at(-1)?.id ?? after;
      }
    };
    void load().catch(() => undefined);
    const stream = live ? new EventSource(path`/api/runs/${run}/events`) : undefined;
    for (const kind of ['message', 'log']) {
      stream?.addEventListener(kind, ({ data }: MessageEvent<string>) => {
        const event = JSON.parse(data) as RunStreamEvent;
        if (event.kind === 'log') add([event.log]);
      });
    }
    return () => {
      stopped = true;
      stream?.close();
    };
  }, [run, live]);

  const lowest = LEVELS.indexOf(level as 'info');
  const shown = logs.filter(
    (log) => LEVELS.indexOf(log.level) >= lowest && log.message.toLowerCase().includes(search.toLowerCase()),
  );
  return (
    <>
      <div className="filters">
        <label>
          {words.level}{' '}
          <select value={level} onChange={({ target }) => setLevel(target.value)}>
            {LEVELS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          {words.search} <input type="search" value={search} onChange={({ target }) => setSearch(target.value)} />
        </label>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <ol className="logs" aria-label={words.logs} tabIndex={0}>
        {shown.map((log) => (
          <li key={log.id} className={log.level}>
            <time dateTime={log.at}>{log.at.slice(11, 23)}</time>{' '}
            {log.task === undefined ? '' : <span className="task">[{log.task}] </span>}
            {log.message}
          </li>
        ))}
      </ol>
    </>
  );
}
