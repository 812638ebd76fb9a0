import { expect, test } from 'vitest';
import { completeConfig } from './config.ts';
import { graphOf } from './graph.ts';
import type { Node } from './node.ts';
import { planOf } from './plan.ts';

function node(
  type: 'model' | 'test',
  name: string,
  parents: readonly string[],
  materialized = 'table',
): [string, Node] {
  const uniqueId = `${type}.p.${name}`;
  const relation = { database: 'rio', schema: 'dados', identifier: name };
  const config = completeConfig([], materialized);
  return [uniqueId, { resourceType: type, uniqueId, name, config, relation, dependsOn: parents } as unknown as Node];
}

const GRAPH = graphOf(
  new Map([
    node('model', 'c', ['model.p.b']),
    node('model', 'a', []),
    node('model', 'b', ['model.p.a'], 'ephemeral'),
    node('test', 'a_ok', ['model.p.a']),
    node('test', 'a_c', ['model.p.a', 'model.p.c']),
  ]),
);

const plan = (types: ('model' | 'test')[], testsHoldBack: boolean, selected = [...GRAPH.nodes.keys()]) =>
  planOf({ graph: GRAPH, selected: new Set(selected), types, testsHoldBack, storeFailures: false }).map((step) =>
    step.kind === 'dataset' ? step.id : `${step.id} after ${[...step.waitsFor].sort().join(', ')}`,
  );

test('a dataset comes first, and an ephemeral model is looked through', () => {
  expect(plan(['model'], false)).toEqual([
    'dataset rio.dados',
    'model.p.a after dataset rio.dados',
    'model.p.c after dataset rio.dados, model.p.a',
  ]);
});

test('in a build, tests hold back what is made from what they test, unless they need it', () => {
  expect(plan(['model', 'test'], true)).toEqual([
    'dataset rio.dados',
    'model.p.a after dataset rio.dados',
    'test.p.a_ok after model.p.a',
    'model.p.c after dataset rio.dados, model.p.a, test.p.a_ok',
    'test.p.a_c after model.p.a, model.p.c',
  ]);
});

test('what is not selected is not waited for', () => {
  expect(plan(['model'], false, ['model.p.c'])).toEqual(['dataset rio.dados', 'model.p.c after dataset rio.dados']);
});
