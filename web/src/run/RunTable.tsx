import { Link } from '@tanstack/react-router';
import type { RunView } from '../../../src/orchestrator/views.ts';
import { useVoice } from '../language.tsx';
import { State } from '../State.tsx';
import { type Column, Table } from '../Table.tsx';
import { elapsed } from '../time.ts';

export interface Selection {
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (run: string) => void;
}

/** Runs, one a row; with a selection each can be chosen. */
export function RunTable({ runs, selection }: { runs: readonly RunView[]; selection?: Selection }) {
  const { words, time } = useVoice();
  const columns: Column<RunView>[] = [
    [
      words.name,
      (run) => (
        <Link to="/runs/$run" params={{ run: run.id }}>
          {run.name}
        </Link>
      ),
    ],
    [words.flow, ({ flow }) => flow.name],
    [words.state, ({ state }) => <State name={state} />],
    [words.namespace, ({ namespace }) => namespace],
    [words.start, ({ startedAt }) => time(startedAt)],
    [words.duration, (run) => elapsed(run.startedAt, run.endedAt)],
    [words.attempt, ({ attempt }) => attempt],
  ];
  if (selection !== undefined) {
    columns.push([
      words.select,
      ({ id, name }) => (
        <input
          type="checkbox"
          aria-label={`${words.select} ${name}`}
          checked={selection.chosen.has(id)}
          onChange={() => selection.toggle(id)}
        />
      ),
    ]);
  }
  return <Table label={words.runs} columns={columns} rows={runs} keyOf={({ id }) => id} />;
}
