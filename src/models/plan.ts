import type { Graph } from './graph.ts';
import type { Node, ResourceType, RunnableNode } from './node.ts';

/** What a command does, as a list: each step once all it waits for have succeeded. */
export type Step = DatasetStep | NodeStep;

export interface DatasetStep {
  readonly kind: 'dataset';
  /** `dataset project.name` */
  readonly id: string;
  readonly database: string;
  readonly schema: string;
}

export interface NodeStep {
  readonly kind: 'node';
  /** The node's unique id. */
  readonly id: string;
  readonly node: RunnableNode;
  /** Ids of steps. Those after the first that fails are skipped. */
  readonly waitsFor: readonly string[];
}

export interface PlanOptions {
  readonly graph: Graph;
  /** Unique ids. */
  readonly selected: ReadonlySet<string>;
  readonly types: readonly ResourceType[];
  /** What is made from a model waits for the model's tests, as in `build`. */
  readonly testsHoldBack: boolean;
  readonly storeFailures: boolean;
}

/** The steps in an order in which they could be done one by one. */
export function planOf({ graph, selected, types, testsHoldBack, storeFailures }: PlanOptions): readonly Step[] {
  const nodes = new Map<string, RunnableNode>();
  for (const id of selected) {
    const node = graph.nodes.get(id);
    if (node !== undefined && isRunnable(node, types)) nodes.set(id, node);
  }
  const datasets = new Map<string, DatasetStep>();
  const waits = new Map<string, Set<string>>();
  for (const [id, node] of nodes) {
    // A unit test needs no table of its model, which in a build waits for it.
    const isUnit = node.resourceType === 'test' && node.unit !== undefined;
    const before = isUnit ? nearest(graph, node.unit.model, nodes) : nearest(graph, id, nodes);
    if (testsHoldBack && node.resourceType !== 'test') {
      for (const above of [...before]) {
        for (const test of graph.children(above)) {
          // Not a test that itself needs what waits, such as one of both ends of a relationship.
          if (isDataTest(nodes.get(test)) && !graph.ancestors([test]).has(id)) before.add(test);
        }
      }
    }
    if (testsHoldBack && node.resourceType === 'model') {
      for (const child of graph.children(id)) {
        const test = nodes.get(child);
        if (test?.resourceType === 'test' && test.unit?.model === id) before.add(child);
      }
    }
    if (node.resourceType !== 'test' || (storeFailures && !isUnit)) {
      const { database, schema } = node.relation;
      const step: DatasetStep = { kind: 'dataset', id: `dataset ${database}.${schema}`, database, schema };
      datasets.set(step.id, step);
      before.add(step.id);
    }
    waits.set(id, before);
  }
  return [...datasets.values(), ...inOrder(nodes, waits)];
}

/** A test of a table, which is run once that is made. */
function isDataTest(node: RunnableNode | undefined): boolean {
  return node?.resourceType === 'test' && node.unit === undefined;
}

function isRunnable(node: Node, types: readonly ResourceType[]): node is RunnableNode {
  return (
    node.resourceType !== 'source' && types.includes(node.resourceType) && node.config.materialized !== 'ephemeral'
  );
}

/** The chosen nodes upstream of a node that no other chosen node stands between. */
function nearest(graph: Graph, id: string, chosen: ReadonlyMap<string, unknown>): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const queue = [...graph.parents(id)];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (chosen.has(next)) found.add(next);
    else queue.push(...graph.parents(next));
  }
  return found;
}

function inOrder(
  nodes: ReadonlyMap<string, RunnableNode>,
  waits: ReadonlyMap<string, ReadonlySet<string>>,
): NodeStep[] {
  const open = new Map(
    [...nodes.keys()].map((id) => [id, [...(waits.get(id) ?? [])].filter((other) => nodes.has(other)).length]),
  );
  const waiting = new Map<string, string[]>();
  for (const [id, before] of waits) for (const other of before) waiting.set(other, [...(waiting.get(other) ?? []), id]);
  const ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  const steps: NodeStep[] = [];
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    const node = nodes.get(id);
    if (node !== undefined) steps.push({ kind: 'node', id, node, waitsFor: [...(waits.get(id) ?? [])] });
    for (const other of waiting.get(id) ?? []) {
      const left = (open.get(other) ?? 0) - 1;
      open.set(other, left);
      if (left === 0) ready.push(other);
    }
  }
  return steps;
}
