import { ArcosError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { WarehouseClient } from '../warehouse/port.ts';
import type { Invocation } from './invocation.ts';
import type { Manifest } from './manifest.ts';
import { type Node, type RelationName, type ResourceType, resourceTypeOf } from './node.ts';
import { planOf, type Step } from './plan.ts';
import { describeManifest, reporter, summarise } from './report.ts';
import { type NodeResult, run } from './run.ts';
import { type Selection, select } from './select/select.ts';
import { type Previous, previousRelation } from './state.ts';

/** What is asked of a project. */
export interface Command {
  readonly name: 'run' | 'test' | 'build' | 'seed' | 'snapshot' | 'compile';
  readonly selection: Selection;
  /** Of `build` and `list`: only these kinds. */
  readonly resourceTypes?: readonly ResourceType[];
  /** Of what is selected, only these unique ids. */
  readonly only?: ReadonlySet<string>;
  /** Tables of an earlier command for what is not selected: where there is none here, or always. */
  readonly defer?: { readonly previous: Previous; readonly favorState: boolean };
}

const TYPES: Readonly<Record<Command['name'], readonly ResourceType[]>> = {
  run: ['model'],
  test: ['test'],
  build: ['model', 'seed', 'snapshot', 'test'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  compile: ['model', 'snapshot', 'test', 'analysis'],
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
  const { resourceTypes = [], only } = command;
  const selected = wanted(select(manifest.graph, manifest.project, command.selection), manifest, resourceTypes);
  const asked = resourceTypes.map((type) => (String(type) === 'unit_test' ? 'test' : type));
  return planOf({
    graph: manifest.graph,
    selected: only === undefined ? selected : selected.intersection(only),
    types: TYPES[command.name].filter((type) => asked.length === 0 || asked.includes(type)),
    testsHoldBack: command.name === 'build',
    storeFailures: invocation.storeFailures,
  });
}

/** Data tests and unit tests are nodes of one kind, and two kinds to ask for. */
function wanted(selected: Set<string>, { nodes }: Manifest, types: readonly string[]): Set<string> {
  if (types.includes('test') === types.includes('unit_test')) return selected;
  const other = types.includes('test') ? 'unit_test' : 'test';
  return new Set(
    [...selected].filter((id) => {
      const node = nodes.get(id);
      return node === undefined || resourceTypeOf(node) !== other;
    }),
  );
}

/** Does what is asked and tells the log. Rejects with the signal's reason when aborted. */
export async function execute(command: Command, options: CommandOptions): Promise<CommandResult> {
  const { manifest, log } = options;
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
  const { threads, name } = options.invocation.target;
  log.info(`Concurrency: ${threads} threads (target='${name}')`);
  log.info('');
  const invocation = await deferring(command, steps, options);
  const results = await run(steps, {
    ...options,
    invocation,
    progress: compileOnly ? SILENT : reporter(log),
    compileOnly,
  });
  const elapsed = (performance.now() - started) / 1000;
  if (!compileOnly) summarise(log, results, elapsed);
  return { results, elapsed, good: results.every(({ status }) => ['success', 'pass', 'warn'].includes(status)) };
}

/** The invocation, with the earlier tables that stand for what is read and not built. */
async function deferring(
  { defer }: Command,
  steps: readonly Step[],
  { manifest, invocation, warehouse }: CommandOptions,
): Promise<Invocation> {
  if (defer === undefined) return invocation;
  const built = new Set(steps.map(({ id }) => id));
  const deferred = new Map<string, RelationName>();
  const seen = new Set<string>();
  const queue = steps.flatMap(({ id }) => manifest.graph.parents(id));
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const node = manifest.nodes.get(id);
    if (seen.has(id) || built.has(id) || node === undefined || node.resourceType === 'source') continue;
    seen.add(id);
    if (node.config.materialized === 'ephemeral') queue.push(...manifest.graph.parents(id));
    const earlier = previousRelation(defer.previous, id);
    if (earlier === undefined) continue;
    const { database, schema, identifier } = node.relation;
    const here = defer.favorState
      ? undefined
      : await warehouse.table({ project: database, dataset: schema, table: identifier });
    if (here === undefined) deferred.set(id, earlier);
  }
  return { ...invocation, deferred };
}

const SILENT = { begun() {}, ended() {} };

function withoutDatasets(steps: readonly Step[]): Step[] {
  return steps.flatMap((step): Step[] => (step.kind === 'dataset' ? [] : [{ ...step, waitsFor: [] }]));
}

/** The nodes a selection names, in the order of the project. */
export function listNodes(manifest: Manifest, selection: Selection, types: readonly string[]): Node[] {
  const known = ['model', 'seed', 'snapshot', 'test', 'unit_test', 'source', 'analysis'];
  const wrong = types.find((type) => !known.includes(type) && type !== 'all' && type !== 'default');
  if (wrong !== undefined) {
    throw new ArcosError('INVALID', `There is no resource type "${wrong}"`, {
      hint: `Types: ${known.join(', ')}, all.`,
    });
  }
  const all = types.length === 0 || types.includes('all') || types.includes('default');
  const chosen = select(manifest.graph, manifest.project, selection);
  return [...manifest.nodes.values()].filter(
    (node) => chosen.has(node.uniqueId) && (all || types.includes(resourceTypeOf(node))),
  );
}
