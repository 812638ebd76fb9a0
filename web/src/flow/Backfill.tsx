import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { BackfillView, DeploymentView, PlannedBackfill } from '../../../src/orchestrator/views.ts';
import { api, path } from '../api.ts';
import { Commands } from '../Commands.tsx';
import { useVoice } from '../language.tsx';
import { type Entered, EntryForm } from '../manage/Manage.tsx';

const SHOWN = 20;
const DAY_MS = 86_400_000;

/** Makes the runs that the schedules would have made; first it says which. */
export function Backfill({ deployment }: { deployment: DeploymentView }) {
  const { words, time, number } = useVoice();
  const [asked, setAsked] = useState<object>();
  const address = path`/api/deployments/${deployment.id}/backfills`;
  const preview = useMutation({
    mutationFn: (json: object) => {
      setAsked(json);
      return api<{ planned: PlannedBackfill[] }>(address, { method: 'POST', json: { ...json, preview: true } });
    },
  });
  const start = useMutation({
    mutationFn: () => api<{ started: BackfillView }>(address, { method: 'POST', json: asked }),
  });
  const planned = preview.data?.planned;
  const local = (moment: number) => new Date(moment).toISOString().slice(0, 16);
  const read = ({ from = '', until = '', most = '1' }: Entered) => ({
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    concurrency: Number(most),
  });
  const failed = preview.error ?? start.error;
  return (
    <section aria-labelledby="backfill">
      <h2 id="backfill">{words.backfill}</h2>
      <EntryForm
        label={words.previewRuns}
        busy={preview.isPending}
        fields={[
          { name: 'from', label: words.from, type: 'datetime-local', initial: local(Date.now() - 7 * DAY_MS) },
          { name: 'until', label: words.until, type: 'datetime-local', initial: local(Date.now()) },
          { name: 'most', label: words.atATime, type: 'number', initial: '1' },
        ]}
        onEnter={(entered) => preview.mutate(read(entered))}
      />
      {failed === null ? null : (
        <p role="alert" className="fault">
          {failed.message}
        </p>
      )}
      {planned === undefined ? null : (
        <div className="panel">
          <p role="status">{`${number(planned.length)} ${words.runsPlanned}`}</p>
          <ol className="firings">
            {planned.slice(0, SHOWN).map(({ at }) => (
              <li key={at}>
                <time dateTime={at}>{time(at)}</time>
              </li>
            ))}
          </ol>
          {planned.length > SHOWN ? <p>…</p> : null}
          <button
            type="button"
            disabled={planned.length === 0 || start.isPending || start.isSuccess}
            onClick={() => start.mutate()}
          >
            {words.startBackfill}
          </button>
          {start.data === undefined ? null : <p role="status">{`${words.done}: ${start.data.started.id}`}</p>}
        </div>
      )}
      <Commands
        commands={[
          {
            cli: `arcos backfill start ${deployment.flow.name} --from 2024-01-01T00:00:00Z --until 2024-02-01T00:00:00Z --preview`,
            method: 'POST',
            path: address,
            json: asked ?? { from: '2024-01-01T00:00:00Z', until: '2024-02-01T00:00:00Z', preview: true },
          },
        ]}
      />
    </section>
  );
}
