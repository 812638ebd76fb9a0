import { describe, expect, test } from 'vitest';
import { completeConfig } from '../config.ts';
import { graphOf } from '../graph.ts';
import type { Node } from '../node.ts';
import { select } from './select.ts';

/** `name: parents`, as a graph of models in the folders of their names' first part. */
function graph(
  edges: Readonly<Record<string, readonly string[]>>,
  tests: Readonly<Record<string, readonly string[]>> = {},
) {
  const nodes = new Map<string, Node>();
  for (const [name, parents] of [...Object.entries(edges), ...Object.entries(tests)]) {
    const type = name in tests ? 'test' : 'model';
    const [folder = ''] = name.split('_');
    nodes.set(`${type}.city.${name}`, {
      resourceType: type,
      uniqueId: `${type}.city.${name}`,
      name,
      packageName: 'city',
      path: `${folder}/${name}.sql`,
      file: `models/${folder}/${name}.sql`,
      fqn: ['city', folder, name],
      tags: name.endsWith('1') ? ['diario'] : [],
      config: completeConfig([], name.endsWith('1') ? 'table' : 'view'),
      dependsOn: parents.map((parent) => `model.city.${parent}`),
    } as unknown as Node);
  }
  return graphOf(nodes);
}

const CITY = graph(
  { raw_1: [], raw_2: [], mid_1: ['raw_1'], mid_2: ['raw_1', 'raw_2'], top_1: ['mid_1', 'mid_2'], top_2: ['mid_2'] },
  { check_raw: ['raw_2'], check_both: ['mid_1', 'raw_2'] },
);

function names(
  wanted: string | readonly string[],
  exclude: readonly string[] = [],
  indirect: 'eager' | 'cautious' | 'empty' = 'empty',
) {
  const chosen = select(CITY, 'city', { select: [wanted].flat(), exclude, indirect });
  return [...chosen].map((id) => id.split('.').at(-1)).sort();
}

describe('select', () => {
  test.each([
    ['mid_1', ['mid_1']],
    ['mid', ['mid_1', 'mid_2']],
    ['city.mid.mid_2', ['mid_2']],
    ['mid.*', ['mid_1', 'mid_2']],
    ['+mid_1', ['mid_1', 'raw_1']],
    ['1+top_1', ['mid_1', 'mid_2', 'top_1']],
    ['raw_2+1', ['check_both', 'check_raw', 'mid_2', 'raw_2']],
    ['@mid_1', ['check_both', 'mid_1', 'mid_2', 'raw_1', 'raw_2', 'top_1']],
    ['tag:diario', ['mid_1', 'raw_1', 'top_1']],
    ['config.materialized:view', ['check_both', 'check_raw', 'mid_2', 'raw_2', 'top_2']],
    ['models/top', ['top_1', 'top_2']],
    ['path:models/*/mid_2.sql', ['mid_2']],
    ['package:this,tag:diario', ['mid_1', 'raw_1', 'top_1']],
    ['mid_1 top_2', ['mid_1', 'top_2']],
    ['mid,tag:diario raw_2', ['mid_1', 'raw_2']],
    ['test_type:singular', ['check_both', 'check_raw']],
    ['nobody', []],
  ])('%s', (wanted, found) => {
    expect(names(wanted)).toEqual(found);
  });

  test('excludes', () => {
    expect(names('+top_1', ['tag:diario', 'raw_2'])).toEqual(['mid_2']);
    expect(names([], ['resource_type:test', 'raw+', 'raw_2+'])).toEqual([]);
  });

  test('brings the tests of what is chosen', () => {
    expect(names('raw_2', [], 'eager')).toEqual(['check_both', 'check_raw', 'raw_2']);
    expect(names('raw_2', [], 'cautious')).toEqual(['check_raw', 'raw_2']);
  });

  test('says what is wrong with a selector', () => {
    expect(() => names('tags:diario')).toThrow(expect.objectContaining({ hint: 'Did you mean "tag:"?' }));
    expect(() => names('@+mid_1')).toThrow(/do not go together/);
    expect(() => names('tag:')).toThrow(/selects nothing/);
  });
});

test('finds a ring of models', () => {
  expect(graph({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }).cycle()).toHaveLength(4);
  expect(CITY.cycle()).toBeUndefined();
});
