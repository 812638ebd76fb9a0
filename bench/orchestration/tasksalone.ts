import { performance } from 'node:perf_hooks';
import { runLocally } from '../../src/flow/local.ts';
import { tasks } from './tasks.ts';

/** The same as tasks.py: prints the milliseconds that a flow of so many tasks takes in this process. */
const quiet = { reporter: () => undefined };
await runLocally(tasks, { count: 10 }, quiet);
const begun = performance.now();
await runLocally(tasks, { count: Number(process.argv[2]) }, quiet);
console.log(performance.now() - begun);
