import { Link } from '@tanstack/react-router';
import type { RunView } from '../../../src/orchestrator/views.ts';
import { Heads } from '../Heads.tsx';
import { useVoice } from '../language.tsx';
import { Scroll } from '../Scroll.tsx';
import { State } from '../State.tsx';
import { elapsed } from '../time.ts';

export function RunTable({ runs }: { runs: readonly RunView[] }) {
  const { words, time } = useVoice();
  if (runs.length === 0) return <p>{words.none}</p>;
  const heads = [words.name, words.flow, words.state, words.namespace, words.start, words.duration, words.attempt];
  return (
    <Scroll label={words.runs}>
      <table>
        <Heads names={heads} />
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <th scope="row">
                <Link to="/runs/$run" params={{ run: run.id }}>
                  {run.name}
                </Link>
              </th>
              <td>{run.flow.name}</td>
              <td>
                <State name={run.state} />
              </td>
              <td>{run.namespace}</td>
              <td>{time(run.startedAt)}</td>
              <td>{elapsed(run.startedAt, run.endedAt)}</td>
              <td>{run.attempt}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
