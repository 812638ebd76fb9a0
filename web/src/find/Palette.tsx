import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { DeploymentView } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { allTables } from '../bigquery.ts';
import { SECTIONS } from '../govern/sections.ts';
import { useVoice } from '../language.tsx';
import { rank, type Target } from './rank.ts';

interface Place extends Target {
  /** Path inside the console. */
  readonly to: string;
}

/** Finds tables, flows and pages by name; Ctrl-K or Cmd-K opens it. A combobox with a list (WAI-ARIA APG). */
export function Palette() {
  const { words } = useVoice();
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <>
      <button type="button" className="plain find" onClick={() => setOpen(true)}>
        {words.search} <kbd>Ctrl K</kbd>
      </button>
      <dialog ref={dialog} className="palette" aria-label={words.findAnything} onClose={() => setOpen(false)}>
        {open ? <Finder onDone={() => setOpen(false)} /> : null}
      </dialog>
    </>
  );
}

function Finder({ onDone }: { onDone: () => void }) {
  const { words } = useVoice();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const places = usePlaces();
  const found = useMemo(() => rank(places, text), [places, text]);
  const current = found[Math.min(chosen, found.length - 1)];

  useEffect(() => {
    if (current !== undefined) document.getElementById(optionId(current))?.scrollIntoView({ block: 'nearest' });
  }, [current]);

  const go = (place: Place | undefined) => {
    if (place === undefined) return;
    onDone();
    void navigate({ to: place.to });
  };
  const steer = (event: KeyboardEvent) => {
    if (event.key === 'Enter') go(current);
    else if (event.key === 'ArrowDown') setChosen(Math.min(found.length - 1, chosen + 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1));
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-label={words.findAnything}
        placeholder={words.findAnything}
        {...(current === undefined ? {} : { 'aria-activedescendant': optionId(current) })}
        // biome-ignore lint/a11y/noAutofocus: a dialog that was opened to type in it.
        autoFocus
        value={text}
        onKeyDown={steer}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
        }}
      />
      <div id="found" role="listbox" aria-label={words.results}>
        {found.map((place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the combobox's, which has the focus.
          <div
            key={place.id}
            id={optionId(place)}
            role="option"
            tabIndex={-1}
            aria-selected={place === current}
            onClick={() => go(place)}
          >
            {place.title} <span className="meta">{place.place}</span>
          </div>
        ))}
      </div>
      {found.length === 0 ? <p className="meta">{words.nothingFound}</p> : null}
    </>
  );
}

const optionId = ({ id }: Target): string => `found-${id}`;

/** Everything that has a page of its own and a name. */
function usePlaces(): Place[] {
  const { words } = useVoice();
  const once = { refetchInterval: false, staleTime: 60_000 } as const;
  const tables = useQuery({ queryKey: ['alltables'], queryFn: allTables, ...once });
  const flows = useQuery({
    queryKey: ['deployments'],
    queryFn: () => api<DeploymentView[]>('/api/deployments'),
    ...once,
  });
  return useMemo(() => {
    const pages: [string, string][] = [
      ['/', words.home],
      ['/runs', words.runs],
      ['/flows', words.flows],
      ['/data', words.data],
      ['/sql', words.sql],
      ['/agents', words.agents],
      ['/models', words.models],
      ['/requests', words.requests],
      ['/upload', words.upload],
      ['/publish', words.publish],
      ['/connect', words.connect],
      ...SECTIONS.map((section): [string, string] => [`/govern/${section}`, `${words.govern}: ${words[section]}`]),
    ];
    return [
      ...pages.map(([to, title]) => ({ id: to, title, place: words.pages, to })),
      ...(flows.data ?? []).map(({ id, flow, namespace }) => ({
        id,
        title: flow.name,
        place: `${words.flow} · ${namespace}`,
        to: path`/flows/${id}`,
      })),
      ...(tables.data ?? []).map(({ project, dataset, table }) => ({
        id: `${project}.${dataset}.${table}`,
        title: table,
        place: `${project} · ${dataset}`,
        to: path`/data/${project}/${dataset}/${table}`,
      })),
    ];
  }, [tables.data, flows.data, words]);
}
