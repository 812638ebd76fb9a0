import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { projects, select } from '../bigquery.ts';
import { Commands } from '../Commands.tsx';
import { Loaded } from '../Loaded.tsx';
import { useVoice } from '../language.tsx';
import { Table } from '../Table.tsx';

interface Cost {
  readonly project: string;
  readonly who: string;
  readonly query: string;
  readonly jobs: number;
  readonly bytes: number;
  readonly seconds: number;
}

const costSql = (
  project: string,
  days: number,
) => `SELECT user_email AS who, SUBSTR(COALESCE(query, job_type), 1, 300) AS query,
  COUNT(*) AS jobs, SUM(total_bytes_billed) AS bytes, SUM(TIMESTAMP_DIFF(end_time, creation_time, MILLISECOND)) / 1000 AS seconds
FROM \`${project}\`.INFORMATION_SCHEMA.JOBS
WHERE creation_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL ${days} DAY) AND end_time IS NOT NULL
GROUP BY who, query ORDER BY bytes DESC LIMIT 1000`;

/** What was read, by project, by who asked, and by query, out of the jobs of every project that one may see. */
export function Costs() {
  const { words, number, bytes } = useVoice();
  const [days, setDays] = useState(1);
  const query = useQuery({
    queryKey: ['costs', days],
    queryFn: async () => {
      const lists = await Promise.all(
        (await projects()).map(async (project) =>
          (await select(project, costSql(project, days))).map(
            (row): Cost => ({
              project,
              who: row['who'] ?? '',
              query: row['query'] ?? '',
              jobs: Number(row['jobs']),
              bytes: Number(row['bytes']),
              seconds: Number(row['seconds']),
            }),
          ),
        ),
      );
      return lists.flat();
    },
    refetchInterval: false,
  });
  const numbers = [
    [words.queries, ({ jobs }: Cost) => number(jobs)],
    [words.bytesRead, (cost: Cost) => bytes(cost.bytes)],
    [words.slotTime, ({ seconds }: Cost) => `${number(Math.round(seconds))} s`],
  ] as const;
  return (
    <div>
      <h2>{words.cost}</h2>
      <label>
        {words.days}{' '}
        <select value={days} onChange={({ target }) => setDays(Number(target.value))}>
          {[1, 7, 30].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <Loaded query={query}>
        {(costs) => (
          <>
            <h3>{words.perProject}</h3>
            <Table
              label={words.perProject}
              rows={summed(costs, ({ project }) => project)}
              keyOf={({ project }) => project}
              columns={[[words.project, ({ project }) => project], ...numbers]}
            />
            <h3>{words.perPerson}</h3>
            <Table
              label={words.perPerson}
              rows={summed(costs, ({ who }) => who)}
              keyOf={({ who }) => who}
              columns={[[words.principal, ({ who }) => who], ...numbers]}
            />
            <h3>{words.perQuery}</h3>
            <Table
              label={words.perQuery}
              rows={[...costs].sort((a, b) => b.bytes - a.bytes).slice(0, 50)}
              keyOf={({ project, who, query: text }) => `${project} ${who} ${text}`}
              columns={[
                [words.query, ({ query: text }) => <code>{text}</code>],
                [words.principal, ({ who }) => who],
                ...numbers,
              ]}
            />
          </>
        )}
      </Loaded>
      <Commands
        commands={[
          {
            cli: `arcos query --project PROJECT "${costSql('PROJECT', days).replaceAll('`', '\\`')}"`,
            method: 'POST',
            path: '/bigquery/v2/projects/PROJECT/queries',
            json: { query: costSql('PROJECT', days), useLegacySql: false },
          },
        ]}
      />
    </div>
  );
}

function summed(costs: readonly Cost[], keyOf: (cost: Cost) => string): Cost[] {
  const sums = new Map<string, Cost>();
  for (const cost of costs) {
    const before = sums.get(keyOf(cost));
    const { jobs = 0, bytes = 0, seconds = 0 } = before ?? {};
    sums.set(keyOf(cost), {
      ...cost,
      jobs: jobs + cost.jobs,
      bytes: bytes + cost.bytes,
      seconds: seconds + cost.seconds,
    });
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes);
}
