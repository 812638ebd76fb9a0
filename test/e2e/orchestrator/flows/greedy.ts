import { spawn } from 'node:child_process';
import { flow, task } from 'arcos';
import { z } from 'zod';

/** Takes memory without end, in a process of its own that has left the run's group; or computes without end. */
const take = task({ name: 'take' }, async (what: string, { signal }) => {
  const code = what === 'memory' ? 'const all = []; setInterval(() => all.push(Buffer.alloc(1e7, 1)), 5)' : 'for (;;);';
  const child = spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' });
  await new Promise((done) => child.once('exit', done));
  signal.throwIfAborted();
});

export const greedy = flow(
  { name: 'greedy', labels: ['rio'], parameters: z.object({ what: z.enum(['memory', 'cpu']) }) },
  async ({ what }) => take(what),
);
