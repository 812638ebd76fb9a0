import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { patiently } from '../../src/base/patience.ts';
import type { RunDetail } from '../../src/orchestrator/views.ts';
import { killHard, openPlatform, type Platform, SAMPLE_CITY, until } from '../support/platform.ts';
import { descendants } from '../support/processes.ts';

const TIMES = 20;
const CALLS = 2_000;
const ENDED = ['Completed', 'Failed', 'Crashed', 'Cancelled'];

let platform: Platform;
let deployment: string;
/** How long the pipeline takes when nobody disturbs it, in ms. */
let undisturbed: number;

beforeAll(async () => {
  platform = await openPlatform();
  await platform.deploy(join(SAMPLE_CITY, 'flows', 'chamados.ts'));
  deployment = (await platform.client.deployments()).find(({ flow }) => flow.name === 'chamados')?.id ?? '';
  const began = Date.now();
  const run = await ended((await start()).id);
  expect(run, run.message).toMatchObject({ state: 'Completed' });
  undisturbed = Date.now() - began;
}, 120_000);
afterAll(() => platform?.close(), 60_000);

const start = () => platform.client.start(deployment, { parameters: { chamados: CALLS } });

async function ended(id: string): Promise<RunDetail> {
  let run = await patiently(() => platform.client.run(id));
  await until(
    `run ${run.name} to end`,
    async () => {
      run = await patiently(() => platform.client.run(id));
      return ENDED.includes(run.state);
    },
    120,
  );
  return run;
}

/** What readers find, which must be the same after every run. */
async function counts(): Promise<unknown> {
  const sql = `
    SELECT
      (SELECT COUNT(*) FROM adm_central_atendimento_1746_staging.chamado) AS staged,
      (SELECT COUNT(*) FROM adm_central_atendimento_1746.chamado) AS calls,
      (SELECT COUNT(DISTINCT id_chamado) FROM adm_central_atendimento_1746.chamado) AS ids,
      (SELECT COUNT(*) FROM clima_pluviometro_staging.taxa_precipitacao) AS readings,
      (SELECT SUM(medicoes) FROM clima_pluviometro.precipitacao_diaria) AS measured,
      (SELECT SUM(chamados) FROM datario.indicadores.chamados_por_bairro) AS published`;
  return (await platform.warehouse.query({ sql, project: 'rj-escritorio' })).rows[0];
}

const KILLS = {
  async server() {
    await killHard(platform.processes.server);
    await platform.startServer();
  },
  async agent() {
    await killHard(platform.processes.agent);
    await platform.startAgent();
  },
  /** Every process of the run; there may be none at the very beginning and end. */
  async run() {
    for (const pid of descendants(platform.processes.agent.pid ?? 0)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  },
} as const;

test.skipIf(process.platform !== 'linux')(
  `the pipeline finishes with no row lost or doubled when the server, the agent or the run is killed (${TIMES} times; Linux only: the run's process is found by /proc)`,
  async () => {
    const expected = await counts();
    expect(expected).toMatchObject({ staged: CALLS, calls: CALLS, ids: CALLS });
    const victims = Object.keys(KILLS) as (keyof typeof KILLS)[];
    for (let time = 0; time < TIMES; time++) {
      const victim = victims[time % victims.length] ?? 'server';
      const moment = Math.round(Math.random() * undisturbed);
      const about = `kill ${time + 1}: the ${victim}, ${moment} ms after the start`;
      const { id } = await start();
      await sleep(moment);
      await KILLS[victim]();
      const run = await ended(id);
      expect(run.state, `${about}: ${run.message}\n${platform.logs().slice(-5_000)}`).toBe('Completed');
      expect(await counts(), about).toEqual(expected);
    }
  },
  15 * 60_000,
);
