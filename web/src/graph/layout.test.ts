import { expect, test } from 'vitest';
import { layoutOf } from './layout.ts';

const node = (id: string, ...upstream: string[]) => ({ id, upstream });
const places = (...nodes: ReturnType<typeof node>[]) =>
  Object.fromEntries(layoutOf(nodes).nodes.map(({ node: { id }, x, y }) => [id, [x, y]]));

test('what is made of others is right of all of them', () => {
  expect(places(node('c', 'a', 'b'), node('b', 'a'), node('a'))).toEqual({ a: [0, 0], b: [1, 0], c: [2, 0] });
});

test('what is not there is left out, and a circle is cut', () => {
  const { nodes, edges } = layoutOf([node('a', 'b', 'gone'), node('b', 'a'), node('s', 's')]);
  expect(nodes).toHaveLength(3);
  expect(edges).toHaveLength(2);
});

test('nodes stand beside what they are made of', () => {
  const found = places(node('a'), node('b'), node('x', 'b'), node('y', 'a'));
  expect(found).toMatchObject({ y: [1, 0], x: [1, 1] });
});

test('a long chain and a wide fan are laid out', () => {
  const chain = Array.from({ length: 20_000 }, (_, index) =>
    node(`${index}`, ...(index === 0 ? [] : [`${index - 1}`])),
  );
  expect(layoutOf(chain)).toMatchObject({ columns: 20_000, rows: 1 });
  const fan = [node('root'), ...Array.from({ length: 20_000 }, (_, index) => node(`${index}`, 'root'))];
  expect(layoutOf(fan)).toMatchObject({ columns: 2, rows: 20_000 });
});
