import { sql } from 'kysely';
import type { Database } from '../transition/propose.ts';

interface Row {
  readonly namespace: string;
  readonly state: string;
  readonly runs: number;
  readonly due: number;
  /** Seconds that the one which has been due the longest has waited. */
  readonly waited: number;
}

/** Gauges in Prometheus's text format (version 0.0.4), read from the runs that have not ended: few, and by index. */
export async function readMetrics(db: Database, now: Date, onlineSince: Date): Promise<string> {
  const { rows } = await sql<Row>`
    SELECT namespace, state, count(*) AS runs, count(*) FILTER (WHERE due_at <= ${now}) AS due,
      greatest(0, extract(epoch FROM ${now}::timestamptz - min(due_at)))::float8 AS waited
    FROM orchestrator.run WHERE state IN ('Scheduled', 'Pending', 'Running', 'Cancelling')
    GROUP BY namespace, state ORDER BY namespace, state`.execute(db);
  const { rows: agents } = await sql<{ namespace: string; online: number }>`
    SELECT namespace, count(*) FILTER (WHERE seen_at > ${onlineSince}) AS online
    FROM orchestrator.agent GROUP BY namespace ORDER BY namespace`.execute(db);
  const scheduled = rows.filter(({ state }) => state === 'Scheduled');
  return [
    ...gauge('arcos_runs', 'Runs that have not ended', rows, ({ namespace, state, runs }) => [
      { namespace, state },
      runs,
    ]),
    ...gauge('arcos_runs_due', 'Runs that are due and have not begun', scheduled, ({ namespace, due }) => [
      { namespace },
      due,
    ]),
    ...gauge('arcos_runs_due_seconds', 'How long the oldest due run has waited', scheduled, ({ namespace, waited }) => [
      { namespace },
      waited,
    ]),
    ...gauge('arcos_agents_online', 'Agents heard of lately', agents, ({ namespace, online }) => [
      { namespace },
      online,
    ]),
    '',
  ].join('\n');
}

function gauge<Item>(
  name: string,
  help: string,
  items: readonly Item[],
  read: (item: Item) => [labels: Readonly<Record<string, string>>, value: number],
): string[] {
  const lines = items.map((item) => {
    const [labels, value] = read(item);
    const said = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/[\\"\n]/g, '_')}"`);
    return `${name}{${said.join(',')}} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines];
}
