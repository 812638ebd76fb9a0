import type { Log } from '../base/log.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import { Compiler } from './compile.ts';
import { runningScope } from './context/running.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Invocation } from './invocation.ts';
import type { Manifest } from './manifest.ts';
import { applyGrants } from './materialise/grants.ts';
import { runHooks } from './materialise/hooks.ts';
import { materialise } from './materialise/materialise.ts';
import { buildMicrobatch, isMicrobatch } from './materialise/microbatch.ts';
import type { AdapterResponse } from './materialise/response.ts';
import { buildSeed } from './materialise/seed.ts';
import { buildSnapshot } from './materialise/snapshot.ts';
import { runTest } from './materialise/test.ts';
import { compileUnitTest, runUnitTest } from './materialise/unittest.ts';
import type { RunnableNode } from './node.ts';
import type { NodeStep, Step } from './plan.ts';
import { Session } from './session.ts';

export type Status = 'success' | 'error' | 'skipped' | 'pass' | 'warn' | 'fail';

export interface Timing {
  readonly name: 'compile' | 'execute';
  readonly startedAt: Date;
  readonly completedAt: Date;
}

export interface NodeResult {
  readonly node: RunnableNode;
  readonly status: Status;
  readonly message: string | null;
  /** Of a test: rows that are wrong. */
  readonly failures: number | null;
  readonly timing: readonly Timing[];
  readonly thread: string;
  /** Seconds. */
  readonly executionTime: number;
  readonly response: AdapterResponse | undefined;
  readonly compiledSql: string | undefined;
  /** What was sent to the warehouse, in order. */
  readonly statements: readonly string[];
}

/** Told as a command goes on: the log of it is made from these. */
export interface Progress {
  begun(node: RunnableNode, index: number, total: number): void;
  ended(result: NodeResult, index: number, total: number): void;
}

export interface RunOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly warehouse: WarehouseClient;
  readonly log: Log;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Nodes are compiled and not run. */
  readonly compileOnly?: boolean;
}

/**
 * Does the steps of a plan, as many at a time as the target has threads. A step whose forerunner failed is
 * skipped. Results come in the order in which nodes ended. Rejects with the signal's reason when aborted, after
 * everything under way has stopped.
 */
export async function run(steps: readonly Step[], options: RunOptions): Promise<readonly NodeResult[]> {
  const { manifest, invocation, signal, progress } = options;
  const total = steps.filter(({ kind }) => kind === 'node').length;
  const compiler = new Compiler(manifest, invocation);
  const results: NodeResult[] = [];
  const waiting = new Set(steps);
  const ended = new Map<string, 'good' | 'bad'>();
  const datasetFaults = new Map<string, unknown>();
  let index = 0;
  let stopped = false;

  const perform = async (step: Step, thread: string): Promise<boolean> => {
    if (step.kind === 'dataset') {
      try {
        await options.warehouse.ensureDataset(step.database, step.schema);
      } catch (error) {
        // Told by each node that is to go there.
        datasetFaults.set(step.id, error);
      }
      return true;
    }
    const place = ++index;
    const blocked = stopped || step.waitsFor.some((id) => ended.get(id) === 'bad');
    const fault = step.waitsFor.map((id) => datasetFaults.get(id)).find((error) => error !== undefined);
    if (!blocked) progress.begun(step.node, place, total);
    const result = blocked ? skipped(step.node, thread) : await runNode(step, { ...options, compiler, thread, fault });
    results.push(result);
    progress.ended(result, place, total);
    const good = result.status !== 'error' && result.status !== 'fail' && result.status !== 'skipped';
    if (!good && result.status !== 'skipped' && invocation.failFast) stopped = true;
    return good;
  };

  const next = (lightOnly: boolean): Step | undefined => {
    for (const step of waiting) {
      if (lightOnly && !isLight(step)) continue;
      if (step.kind === 'dataset' || step.waitsFor.every((id) => ended.has(id))) {
        waiting.delete(step);
        return step;
      }
    }
    return undefined;
  };

  const underWay = new Set<Promise<unknown>>();
  /** What no node is to blame for. */
  const broken: unknown[] = [];
  const threads = Math.max(1, invocation.target.threads);
  let heavy = 0;
  const free = Array.from({ length: threads + LIGHT_MORE }, (_, thread) => `Thread-${thread + 1} (worker)`);
  while (waiting.size > 0 || underWay.size > 0) {
    while (free.length > 0 && !signal.aborted && broken.length === 0) {
      const step = next(heavy >= threads);
      if (step === undefined) break;
      const thread = free.shift() ?? '';
      const weight = isLight(step) ? 0 : 1;
      heavy += weight;
      const task = perform(step, thread)
        .then((good) => void ended.set(step.id, good ? 'good' : 'bad'))
        .catch((error: unknown) => broken.push(error))
        .finally(() => {
          free.push(thread);
          heavy -= weight;
          underWay.delete(task);
        });
      underWay.add(task);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay);
  }
  signal.throwIfAborted();
  if (broken.length > 0) throw broken[0];
  return results;
}

/** Steps under way beyond the target's threads, when they only tell the catalog something. */
const LIGHT_MORE = 14;

/** A view is no query: it takes a moment of the catalog's time and none of the engine's. */
function isLight(step: Step): boolean {
  if (step.kind === 'dataset') return true;
  const { config, resourceType } = step.node;
  return (
    resourceType === 'model' &&
    config.materialized === 'view' &&
    config['pre-hook'].length === 0 &&
    config['post-hook'].length === 0
  );
}

interface NodeOptions extends RunOptions {
  readonly compiler: Compiler;
  readonly thread: string;
  /** Why the node's dataset is not there. */
  readonly fault: unknown;
}

async function runNode({ node, id }: NodeStep, options: NodeOptions): Promise<NodeResult> {
  const { invocation, warehouse, signal, compiler, thread } = options;
  const log = options.log.child({ unique_id: id, thread_name: thread, run_state: 'running' });
  const session = new Session({ warehouse, invocation, nodeId: id, log, signal });
  const timing: Timing[] = [];
  const started = performance.now();
  const timed = async <Result>(name: Timing['name'], work: () => Promise<Result>): Promise<Result> => {
    const startedAt = new Date();
    try {
      return await work();
    } finally {
      timing.push({ name, startedAt, completedAt: new Date() });
    }
  };
  let compiledSql: string | undefined;
  let failure: Failure | undefined;
  let outcome: Pick<NodeResult, 'status' | 'message' | 'failures' | 'response'> | undefined;
  try {
    if (options.fault !== undefined) throw options.fault;
    const compiled = await timed('compile', () => compile(node, options, session, log, compiler));
    compiledSql = compiled.sql;
    outcome = await timed('execute', async () => {
      if (options.compileOnly === true)
        return { status: 'success', message: null, failures: null, response: undefined };
      return execute(node, compiled, session, options);
    });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    failure = failureOf(error, node, session.refused(error));
  }
  return {
    node,
    status: 'error',
    message: failure?.message ?? null,
    failures: null,
    response: undefined,
    ...outcome,
    timing: failure === undefined ? timing : [],
    thread,
    executionTime: (performance.now() - started) / 1000,
    compiledSql,
    statements: session.statements,
  };
}

async function compile(
  node: RunnableNode,
  { manifest, invocation }: RunOptions,
  session: Session,
  log: Log,
  compiler: Compiler,
) {
  if (node.resourceType === 'test' && node.unit !== undefined) {
    return compileUnitTest(node, node.unit, { manifest, invocation, session }, log);
  }
  if (node.resourceType !== 'seed') return compiler.compile(node, session, log);
  return {
    sql: '',
    scope: runningScope({ manifest, invocation, node, session, log, onEphemeral: () => undefined }),
    reads: { refs: [], sources: [], dependsOn: [] },
  };
}

async function execute(
  node: RunnableNode,
  compiled: Awaited<ReturnType<Compiler['compile']>>,
  session: Session,
  { invocation, manifest, log }: RunOptions,
): Promise<Pick<NodeResult, 'status' | 'message' | 'failures' | 'response'>> {
  if (node.resourceType === 'test' && node.unit !== undefined) return runUnitTest(compiled.sql, node.unit, session);
  if (node.resourceType === 'test') return runTest(node, compiled.sql, session, invocation);
  if (node.resourceType === 'model' && isMicrobatch(node)) {
    const response = await buildMicrobatch(node, compiled, { manifest, invocation, session, log });
    await applyGrants(node, session);
    return { status: 'success', message: response._message, failures: null, response };
  }
  if (node.resourceType === 'model') {
    const { materializations: custom, project } = manifest;
    const response = await materialise({ node, compiled, session, invocation, custom, project });
    await applyGrants(node, session);
    return { status: 'success', message: response._message, failures: null, response };
  }
  await runHooks(node, 'pre-hook', compiled.scope, session);
  let response: AdapterResponse | undefined;
  if (node.resourceType === 'seed') response = await buildSeed(node, session);
  else if (node.resourceType === 'snapshot') response = await buildSnapshot(node, compiled.sql, session);
  await runHooks(node, 'post-hook', compiled.scope, session);
  await applyGrants(node, session);
  return { status: 'success', message: response?._message ?? null, failures: null, response };
}

function skipped(node: RunnableNode, thread: string): NodeResult {
  return {
    node,
    status: 'skipped',
    message: 'Skipped: what it is made from failed',
    failures: null,
    timing: [],
    thread,
    executionTime: 0,
    response: undefined,
    compiledSql: undefined,
    statements: [],
  };
}
