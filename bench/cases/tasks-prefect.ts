import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonWithClients } from '../../test/clients/venv.ts';
import type { BenchCase } from '../case.ts';
import { startPrefect } from '../orchestration/prefect.ts';

const TASKS = 1_000;

export const bench: BenchCase = {
  describe: `${TASKS} tasks in one flow in process, each with the result of the one before: Arcos / Prefect 3`,
  rounds: 3,
  operations: TASKS,
  bar: { of: 'ratio', most: 1 / 10 },
  async prepare() {
    const found = pythonWithClients('prefect.txt');
    if ('missing' in found) return found;
    const prefect = await startPrefect(found.python);
    const script = join(import.meta.dirname, '..', 'orchestration', 'tasksalone.ts');
    return {
      async ours() {
        const { stdout } = await promisify(execFile)(process.execPath, [script, String(TASKS)]);
        return Number(stdout);
      },
      peer: () => prefect.tasks(TASKS),
      close: () => prefect.close(),
    };
  },
};
