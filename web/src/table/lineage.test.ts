import { expect, test } from 'vitest';
import { around, type LineageNode, merged } from './lineage.ts';

const node = (id: string, kind: string, table: string): LineageNode => ({
  id,
  name: table,
  kind,
  table: { project: 'rio', dataset: 'd', table },
  columns: [],
});
const made = {
  nodes: [node('source.a', 'source', 'a'), node('model.b', 'model', 'b')],
  edges: [['source.a', 'model.b']] as const,
};
const read = {
  nodes: [node('table.b', 'table', 'b'), node('model.c', 'model', 'c')],
  edges: [['table.b', 'model.c']] as const,
};

test('a table that two namespaces know is one, and is what makes it', () => {
  for (const views of [
    [made, read],
    [read, made],
  ]) {
    const { nodes, edges } = merged(views);
    expect(nodes.map(({ id }) => id).sort()).toEqual(['model.b', 'model.c', 'source.a']);
    expect(edges).toContainEqual(['model.b', 'model.c']);
  }
});

test('one sees what was opened and one step around it', () => {
  const lineage = merged([made, read]);
  expect(around(lineage, new Set(['source.a'])).map(({ id }) => id)).toEqual(['source.a', 'model.b']);
  expect(around(lineage)).toHaveLength(3);
});
