import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import type { Invocation } from './invocation.ts';
import type { Manifest } from './manifest.ts';
import type { Node, ResourceType } from './node.ts';
import { planOf, type Step } from './plan.ts';
import { describeManifest, reporter, summarise } from './report.ts';
import { type NodeResult, run } from './run.ts';
import { type Selection, select } from './select/select.ts';

/** What is asked of a project. */
export interface Command {
  readonly name: 'run' | 'test' | 'build' | 'seed' | 'compile';
  readonly selection: Selection;
  /** Of `build` and `list`: only these kinds. */
  readonly resourceTypes?: readonly ResourceType[];
}

const TYPES: Readonly<Record<Command['name'], readonly ResourceType[]>> = {
  run: ['model'],
  test: ['test'],
  build: ['model', 'seed', 'test'],
  seed: ['seed'],
  compile: ['model', 'test', 'analysis'],
};

export interface CommandOptions {
  readonly manifest: Manifest;
  readonly invocation: Invocation;
  readonly warehouse: WarehouseClient;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface CommandResult {
  readonly results: readonly NodeResult[];
  /** Seconds. */
  readonly elapsed: number;
  /** Whether no node failed. */
  readonly good: boolean;
}

/** The steps of a command, in order: what it would do. Throws INVALID for a selector that cannot be read. */
export function planCommand(
  command: Command,
  { manifest, invocation }: Pick<CommandOptions, 'manifest' | 'invocation'>,
): readonly Step[] {
  const { resourceTypes = [] } = command;
  return planOf({
    graph: manifest.graph,
    selected: select(manifest.graph, manifest.project, command.selection),
    types: TYPES[command.name].filter((type) => resourceTypes.length === 0 || resourceTypes.includes(type)),
    testsHoldBack: command.name === 'build',
    storeFailures: invocation.storeFailures,
  });
}

/** Does what is asked and tells the log. Rejects with the signal's reason when aborted. */
export async function execute(command: Command, options: CommandOptions): Promise<CommandResult> {
  const { manifest, invocation, log } = options;
  const started = performance.now();
  log.info(describeManifest(manifest));
  for (const { message, file, line } of manifest.warnings) {
    log.warn([message, ...(file === undefined ? [] : [`at ${file}${line === undefined ? '' : `:${line}`}`])].join(' '));
  }
  const planned = planCommand(command, options);
  const compileOnly = command.name === 'compile';
  const steps = compileOnly ? withoutDatasets(planned) : planned;
  if (!steps.some(({ kind }) => kind === 'node')) {
    log.warn('Nothing to do. Try checking your model configs and model specification args');
    return { results: [], elapsed: 0, good: true };
  }
  log.info('');
  log.info(`Concurrency: ${invocation.target.threads} threads (target='${invocation.target.name}')`);
  log.info('');
  const results = await run(steps, { ...options, progress: compileOnly ? SILENT : reporter(log), compileOnly });
  const elapsed = (performance.now() - started) / 1000;
  if (!compileOnly) summarise(log, results, elapsed);
  return { results, elapsed, good: results.every(({ status }) => ['success', 'pass', 'warn'].includes(status)) };
}

const SILENT = { begun() {}, ended() {} };

function withoutDatasets(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => (step.kind === 'dataset' ? [] : [{ ...step, waitsFor: [] }]));
}

/** The nodes a selection names, in the order of the project. */
export function listNodes(manifest: Manifest, selection: Selection, types: readonly string[]): Node[] {
  const known = ['model', 'seed', 'test', 'source', 'analysis'];
  const wrong = types.find((type) => !known.includes(type) && type !== 'all' && type !== 'default');
  if (wrong !== undefined) {
    throw new ArcosError('INVALID', `There is no resource type "${wrong}"`, {
      hint: `Types: ${known.join(', ')}, all.`,
    });
  }
  const all = types.length === 0 || types.includes('all') || types.includes('default');
  const chosen = select(manifest.graph, manifest.project, selection);
  return [...manifest.nodes.values()].filter(
    (node) => chosen.has(node.uniqueId) && (all || types.includes(node.resourceType)),
  );
}
