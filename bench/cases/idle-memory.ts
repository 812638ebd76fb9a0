import { setTimeout as sleep } from 'node:timers/promises';
import { pythonWithClients } from '../../test/clients/venv.ts';
import { openPlatform } from '../../test/support/platform.ts';
import type { BenchCase } from '../case.ts';
import { residentMb } from '../orchestration/memory.ts';
import { startPrefect } from '../orchestration/prefect.ts';

/** What was needed to start is given back by then. */
const SETTLED_MS = 15_000;

export const bench: BenchCase = {
  describe:
    'resident memory (RSS) when nothing happens: the server and the agent, without PostgreSQL, models servers and the process that waits for a run / Prefect 3, its server and what serves a flow',
  rounds: 2,
  unit: 'MB',
  bar: { of: 'ours', most: 300 },
  async prepare() {
    const found = pythonWithClients('prefect.txt');
    if ('missing' in found) return found;
    await using opening = new AsyncDisposableStack();
    const platform = await openPlatform();
    opening.defer(() => platform.close());
    const prefect = await startPrefect(found.python);
    opening.defer(() => prefect.close());
    await sleep(SETTLED_MS);
    const { server, agent } = platform.processes;
    const pids = [server.pid ?? 0, agent.pid ?? 0];
    const open = opening.move();
    return {
      async ours() {
        const children = /postgres|rpc\/process|engines\/duckdb/;
        const waiting = residentMb(pids, children);
        console.log(
          `     with the process that waits ${waiting.toFixed(0)} MB, with all else ${residentMb(pids).toFixed(0)} MB`,
        );
        return residentMb(pids, new RegExp(`${children.source}|launch/warm`));
      },
      peer: async () => prefect.memory(),
      close: () => open.disposeAsync(),
    };
  },
};
