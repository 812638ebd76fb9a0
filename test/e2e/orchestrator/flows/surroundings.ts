import { spawn } from 'node:child_process';
import { flow, task } from 'arcos';

/** Tells where it runs, and leaves a program behind. */
const look = task({ name: 'look' }, () => {
  const left = spawn('sleep', ['600'], { stdio: 'inherit' });
  return { folder: process.cwd(), pid: left.pid ?? 0, variables: Object.keys(process.env).toSorted() };
});

export const surroundings = flow({ name: 'surroundings', labels: ['rio'] }, async () => {
  const found = await look();
  process.stdout.write(`${JSON.stringify(found)}\n`);
});
