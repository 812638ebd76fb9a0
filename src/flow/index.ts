/**
 * `import { flow, task } from 'arcos'`: all that a flow is written with.
 *
 *     import { z } from 'zod';
 *     import { flow, task, log } from 'arcos';
 *
 *     const read = task({ name: 'read', retries: 2, retryDelay: '10s' }, async (day: string) => { ... });
 *
 *     export const chamados = flow(
 *       { name: 'chamados', parameters: z.object({ day: z.iso.date() }) },
 *       async ({ day }) => {
 *         const calls = await read(day);
 *         log.info(`read ${calls.length} calls`);
 *       },
 *     );
 *
 *     if (import.meta.main) await chamados.main();
 */
export { artifact } from './artifact.ts';
export type { CachePolicy } from './cache.ts';
export type { Hook, TaskChange, TaskContext } from './call.ts';
export { type CommandPolicy, command } from './command.ts';
export type { Duration } from './duration.ts';
export type { RunChange } from './engine.ts';
export { type Flow, type FlowOptions, flow, type RunContext } from './flow.ts';
export { log, type RunLog } from './log.ts';
export { type Materialized, type MaterializeOptions, materialize } from './materialize.ts';
export { type RunFlowOptions, runFlow, type StartedRun } from './runflow.ts';
export { type CatchUp, cron, every, once, rrule, type Schedule } from './schedule.ts';
export { secret } from './secret.ts';
export { state } from './state.ts';
export { type CallOptions, type MapOptions, type Task, task } from './task.ts';
export type { Trigger } from './trigger.ts';
