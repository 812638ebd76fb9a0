import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ArcosError } from '../../src/base/errors.ts';
import { formatFault } from '../../src/base/fault.ts';
import { newId } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { type CommandResult, execute } from '../../src/models/command.ts';
import type { Invocation } from '../../src/models/invocation.ts';
import { parseProject } from '../../src/models/manifest.ts';
import { readProject } from '../../src/models/project.ts';
import { Templates } from '../../src/models/templates.ts';
import type { WarehouseClient } from '../../src/warehouse/port.ts';
import { openTestWarehouse, type TestWarehouse } from '../../src/warehouse/testing.ts';

const ROUNDS = 2;
/** Enough for a kill to come in the middle of a file. */
const ROWS = 60_000;

/** Each shows `v` of one command in all its rows, or of the one before in all of them. */
const MODELS: Readonly<Record<string, string>> = {
  tabela:
    "{{ config(materialized='table') }} SELECT n, {{ var('v') }} AS v FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n",
  visao:
    "{{ config(materialized='view') }} SELECT n, {{ var('v') }} AS v FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n",
  fundida:
    "{{ config(materialized='incremental', unique_key='n') }} SELECT n, {{ var('v') }} AS v FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n",
  particoes: `{{ config(materialized='incremental', incremental_strategy='insert_overwrite',
    partition_by={'field': 'dia', 'data_type': 'date'}) }}
    SELECT n, {{ var('v') }} AS v, DATE '2024-01-01' AS dia FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n`,
  estaticas: `{{ config(materialized='incremental', incremental_strategy='insert_overwrite',
    partition_by={'field': 'dia', 'data_type': 'date'}, partitions=["DATE '2024-01-01'"]) }}
    SELECT n, {{ var('v') }} AS v, DATE '2024-01-01' AS dia FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n`,
  lotes: `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='dia', batch_size='year',
    begin='2024-01-01') }}
    SELECT n, {{ var('v') }} AS v, DATE '2024-01-01' AS dia FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n`,
};
/** A seed is one statement with all its rows in it. */
const SEED_ROWS = 1_000;
const rowsOf = (name: string) => (name === 'semente' ? SEED_ROWS : ROWS);
const seedOf = (v: number) => ['n,v', ...Array.from({ length: SEED_ROWS }, (_, n) => `${n},${v}`), ''].join('\n');
const SNAPSHOT = `{% snapshot historia %}{{ config(strategy='check', unique_key='n', check_cols=['v']) }}
  SELECT n, {{ var('v') }} AS v FROM UNNEST(GENERATE_ARRAY(1, {{ var('n') }})) AS n{% endsnapshot %}`;

let open: TestWarehouse;
let client: WarehouseClient;
let folder: string;
beforeAll(async () => {
  open = await openTestWarehouse();
  client = open.warehouse.client(open.editor);
  folder = mkdtempSync(join(tmpdir(), 'arcos-kill-'));
  const files = {
    'dbt_project.yml': 'name: cidade\n',
    'snapshots/historia.sql': SNAPSHOT,
    ...Object.fromEntries(Object.entries(MODELS).map(([name, sql]) => [`models/${name}.sql`, sql])),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}, 60_000);
afterAll(async () => {
  await open.close();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

async function build(name: string, v: number, signal = new AbortController().signal): Promise<CommandResult> {
  mkdirSync(join(folder, 'seeds'), { recursive: true });
  writeFileSync(join(folder, 'seeds', 'semente.csv'), seedOf(v));
  const invocation: Invocation = {
    id: newId(),
    startedAt: new Date(),
    command: 'build',
    target: { name: 'prod', project: 'rio', dataset: 'morte', threads: 1 },
    vars: { v, n: ROWS },
    fullRefresh: false,
    failFast: false,
    storeFailures: false,
    environment: {},
    eventTimeEnd: new Date('2024-06-01T00:00:00Z'),
  };
  const { manifest, faults } = parseProject(await readProject(folder), invocation, new Templates());
  if (manifest === undefined) throw new Error(faults.map((fault) => formatFault(fault)).join('\n'));
  const options = { manifest, invocation, warehouse: client, log: silentLog, signal };
  return execute({ name: 'build', selection: { select: [name] } }, options);
}

const failed = ({ results }: CommandResult) =>
  results.filter(({ status }) => status !== 'success').map(({ message }) => message);

/** The engine that was killed takes the statements of others with it: they are asked again, as clients do. */
async function patient<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ArcosError) || !error.retryable || attempt === 20) throw error;
      await pause(100);
    }
  }
}

/** What readers see: how many rows hold, and of which command. */
async function seen(name: string): Promise<{ rows: number; first: number; last: number }> {
  const holds = name === 'historia' ? 'WHERE dbt_valid_to IS NULL' : '';
  const sql = `SELECT COUNT(*) AS n, MIN(v) AS first, MAX(v) AS last FROM morte.${name} ${holds}`;
  const row = (await patient(() => client.query({ sql, project: 'rio' }))).rows[0];
  return { rows: Number(row?.['n']), first: Number(row?.['first']), last: Number(row?.['last']) };
}

test.each([...Object.keys(MODELS), 'historia', 'semente'])(
  'of %s, killed while it is made again, readers see the old rows or the new ones',
  { timeout: 240_000 },
  async (name) => {
    expect(failed(await build(name, 0))).toEqual([]);
    let version = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      // The engine is there: what is killed is at work.
      await patient(() => client.query({ sql: 'SELECT 1', project: 'rio' }));
      const stop = new AbortController();
      const ending = build(name, round, stop.signal).then(
        ({ good }) => good,
        () => false,
      );
      await pause(Math.random() * 600);
      process.kill(open.enginePid(), 'SIGKILL');
      // The command dies with the engine: what it would try again is left to the next one.
      stop.abort();
      await ending;
      const { rows, first, last } = await seen(name);
      expect({ rows, whole: first === last, known: last === version || last === round }).toEqual({
        rows: rowsOf(name),
        whole: true,
        known: true,
      });
      expect(failed(await build(name, round))).toEqual([]);
      expect(await seen(name)).toEqual({ rows: rowsOf(name), first: round, last: round });
      version = round;
    }
  },
);
