import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deployFlow } from '../../src/agent/deploy.ts';
import { patiently } from '../../src/base/patience.ts';
import { lakeClient } from '../../src/lake/client.ts';
import { orchestratorClient } from '../../src/orchestrator/client.ts';
import type { OrchestratorTables } from '../../src/orchestrator/tables.ts';
import type { StateName } from '../../src/orchestrator/views.ts';
import { openStore } from '../../src/store/store.ts';
import { openChaosCity, type Victim } from './orchestrator/city.ts';
import { NAMESPACE } from './orchestrator/world.ts';

/** `npm run chaos` does it with 1,000 runs. */
const RUNS = Number(process.env['ARCOS_CHAOS'] ?? 30);
const SIZE = { servers: 2, agents: 3, slots: 4 };
const FATES = ['Completed', 'Completed', 'Completed', 'Failed', 'Cancelled'] as const;
const VICTIMS: readonly Victim[] = ['run', 'server', 'run', 'agent', 'postgres', 'run', 'server', 'agent', 'session'];
const LONGEST_PAUSE_MS = 800;
const ENDS: readonly StateName[] = ['Completed', 'Failed', 'Crashed', 'Cancelled'];

test(`${RUNS} runs over ${SIZE.agents} agents, and whatever is killed: each ends as it should, once, with every line`, {
  timeout: 60_000 + RUNS * 4_000,
}, async () => {
  const city = await openChaosCity(SIZE);
  const store = openStore(city.databaseUrl, { connections: 2 });
  const chaos = new AbortController();
  try {
    const connection = { baseUrl: city.origin, key: city.administratorKey };
    const client = orchestratorClient(connection);
    const file = join(import.meta.dirname, 'orchestrator', 'flows', 'chaos.ts');
    const [deployed] = await deployFlow({ file, namespace: NAMESPACE, lake: lakeClient(connection), client });
    const db = store.tables<OrchestratorTables>();
    // Here they crash all the time.
    await db.updateTable('orchestrator.deployment').set({ crash_retries: 1_000 }).execute();

    const kills = killAtRandom(city.kill, chaos.signal);
    mkdirSync(join(city.folder, 'witness'));
    const witnessOf = (index: number) => join(city.folder, 'witness', String(index));
    const runs: { id: string; index: number; fate: (typeof FATES)[number]; cancelled: boolean }[] = [];
    for (let index = 0; index < RUNS; index++) {
      const fate = FATES[index % FATES.length] ?? 'Completed';
      const parameters = { witness: witnessOf(index), ms: 50 + Math.random() * 300, fails: fate === 'Failed' };
      const request = { parameters, idempotencyKey: String(index) };
      const { id } = await patiently(() => client.start(deployed?.deployment.id ?? '', request));
      runs.push({ id, index, fate, cancelled: false });
      await sleep(Math.random() * 20);
    }
    for (const run of runs.filter(({ fate }) => fate === 'Cancelled')) {
      run.cancelled = await patiently(() => client.cancel(run.id)).then(
        () => true,
        // It was faster.
        () => false,
      );
    }
    const open = () =>
      patiently(async () => {
        const rows = await db.selectFrom('orchestrator.run').select('state').where('state', 'not in', ENDS).execute();
        return rows.length;
      }).catch(() => RUNS);
    // The last ones are left in peace, or there would be no end.
    while ((await open()) > RUNS / 20) await sleep(200);
    chaos.abort();
    const killed = await kills;
    await expect.poll(open, { timeout: 120_000, interval: 200 }).toBe(0);
    console.log(`killed: ${JSON.stringify(killed)}`);

    for (const { id, index, fate, cancelled } of runs) {
      const run = await patiently(() => client.run(id));
      const where = `run ${index} (${fate})`;
      // One that was cancelled may have been done already.
      const expected = fate !== 'Cancelled' ? [fate] : cancelled ? ['Cancelled', 'Completed'] : ['Completed'];
      expect(expected, `${where}: ${run.message}`).toContain(run.state);
      const states = run.history.map(({ state }) => state);
      expect(states.filter((state) => state === run.state).length, where).toBe(1);
      expect(states.at(-1), where).toBe(run.state);
      const completed = run.tasks.filter(({ state }) => state === 'Completed').map(({ key }) => key);
      expect(completed.toSorted(), where).toEqual([...new Set(completed)].toSorted());
      if (run.state === 'Completed') expect(completed.toSorted(), where).toEqual(['one', 'two']);

      const witnessed = existsSync(witnessOf(index))
        ? readFileSync(witnessOf(index), 'utf8').trimEnd().split('\n')
        : [];
      const attempts = witnessed.map((line) => Number(line.split(' ')[1]));
      // Never two at once: no attempt goes on when the next has begun.
      expect(attempts, where).toEqual(attempts.toSorted((a, b) => a - b));
      const lines = async () => {
        const { logs } = await patiently(() => client.logs(id));
        return logs.map(({ message }) => message).filter((message) => message.startsWith('attempt '));
      };
      // What a killed process left is brought by its agent, perhaps after the run's end.
      await expect.poll(lines, { timeout: 30_000, message: where }).toEqual(expect.arrayContaining(witnessed));
      const logged = await lines();
      expect(logged.length, where).toBe(new Set(logged).size);
    }
  } finally {
    chaos.abort();
    await store.close();
    await city.close();
  }
});

/** One after the other, each in its turn, until the signal; says how many of each. */
async function killAtRandom(
  kill: Readonly<Record<Victim, () => Promise<void>>>,
  signal: AbortSignal,
): Promise<Partial<Record<Victim, number>>> {
  const killed: Partial<Record<Victim, number>> = {};
  for (let turn = 0; !signal.aborted; turn++) {
    await sleep(Math.random() * LONGEST_PAUSE_MS);
    const victim = VICTIMS[turn % VICTIMS.length] ?? 'run';
    await kill[victim]();
    killed[victim] = (killed[victim] ?? 0) + 1;
  }
  return killed;
}
