import type { TaskRunView } from '../../../src/orchestrator/views.ts';
import { useVoice } from '../language.tsx';
import { elapsed } from '../time.ts';

const ROW = 24;
const LABELS = 240;
const WIDTH = 1000;

/** When each task ran, one bar a task. The table below says the same in words. */
export function Gantt({ tasks }: { tasks: readonly TaskRunView[] }) {
  const { words } = useVoice();
  const begun = tasks.filter((task) => task.startedAt !== undefined);
  if (begun.length === 0) return <p>{words.none}</p>;
  const now = Date.now();
  const startOf = (task: TaskRunView) => Date.parse(task.startedAt ?? '');
  const endOf = (task: TaskRunView) => (task.endedAt === undefined ? now : Date.parse(task.endedAt));
  const first = Math.min(...begun.map(startOf));
  const span = Math.max(1, Math.max(...begun.map(endOf)) - first);
  const scale = (time: number) => LABELS + ((time - first) / span) * (WIDTH - LABELS - 90);
  return (
    <svg className="gantt" viewBox={`0 0 ${WIDTH} ${begun.length * ROW + 8}`} role="img" aria-label={words.gantt}>
      {begun.map((task, index) => {
        const [x, end] = [scale(startOf(task)), scale(endOf(task))];
        const y = 4 + index * ROW;
        return (
          <g key={task.id}>
            <text x={8} y={y + 16}>
              {task.key}
            </text>
            <rect
              className={`bar bar-${task.state}`}
              x={x}
              y={y + 4}
              width={Math.max(2, end - x)}
              height={ROW - 8}
              rx={3}
            />
            <text x={Math.max(x + 2, end) + 6} y={y + 16}>
              {elapsed(task.startedAt, task.endedAt)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
