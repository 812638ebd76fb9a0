import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { EntryForm } from '../manage/Manage.tsx';
import { Table } from '../Table.tsx';

interface Entry {
  readonly id: number;
  readonly at: string;
  readonly name: string;
  readonly action: string | null;
  readonly operation: string;
  readonly path: string;
  readonly address: string;
  readonly status: number;
}

const SHOWN = 200;
const HOUR_MS = 3_600_000;

/** The log of who did what, as far back as one asks; all of it can be taken as JSON lines. */
export function AuditLog() {
  const { words, time } = useVoice();
  const [asked, setAsked] = useState<Record<string, string>>(() => ({
    since: new Date(Date.now() - HOUR_MS).toISOString(),
  }));
  const address = `/api/audit?${new URLSearchParams(asked)}`;
  const query = useQuery({ queryKey: ['audit', asked], queryFn: () => firstEntries(address), refetchInterval: false });
  return (
    <div>
      <h2>{words.audit}</h2>
      <EntryForm
        label={words.apply}
        busy={query.isFetching}
        fields={[
          { name: 'name', label: words.principal, required: false },
          { name: 'agency', label: words.agency, required: false },
          { name: 'since', label: words.since, type: 'datetime-local', required: false },
          { name: 'until', label: words.until, type: 'datetime-local', required: false },
        ]}
        onEnter={(entered) => {
          const set = Object.entries(entered).filter(([, value]) => value !== '');
          const moment = (name: string, value: string) =>
            name === 'since' || name === 'until' ? new Date(value).toISOString() : value;
          setAsked(Object.fromEntries(set.map(([name, value]) => [name, moment(name, value)])));
        }}
      />
      <p>
        <a href={address} download="audit.jsonl" className="button plain">
          {words.exportJsonl}
        </a>
      </p>
      <Loaded query={query}>
        {(entries) => (
          <Table
            label={words.audit}
            rows={entries}
            keyOf={({ id }) => String(id)}
            columns={[
              [words.when, ({ at }) => time(at)],
              [words.principal, ({ name }) => name],
              [words.what, ({ operation, path }) => `${operation} ${path}`],
              [words.action, ({ action }) => action ?? '–'],
              [words.status, ({ status }) => status],
              [words.address, ({ address: from }) => from],
            ]}
          />
        )}
      </Loaded>
      <Commands commands={[{ cli: 'arcos audit export', path: address }]} />
    </div>
  );
}

/** Reads the stream only as far as is shown. */
async function firstEntries(address: string): Promise<Entry[]> {
  const response = await fetch(address);
  if (!response.ok || response.body === null) {
    const body = (await response.json().catch(() => ({}))) as { error?: { message?: string } };
    throw new ApiError(response.status, body.error?.message ?? response.statusText);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value = '' } = await reader.read();
    text += value;
    const lines = text.split('\n');
    if (!done && lines.length <= SHOWN) continue;
    void reader.cancel();
    return lines
      .slice(0, -1)
      .slice(0, SHOWN)
      .map((line) => JSON.parse(line) as Entry);
  }
}
