import { expect, test } from 'vitest';
import { readYaml } from './yaml.ts';

test('reads as PyYAML does', () => {
  const text = 'a: yes\nb: 2024-01-01\nc: None\nd: null\ne: 1\ne: 2\nf: &x {k: v}\ng: {<<: *x, l: off}\n';
  expect(readYaml(text, 'x.yml').value).toEqual({
    a: true,
    b: '2024-01-01',
    c: 'None',
    d: null,
    e: 2,
    f: { k: 'v' },
    g: { k: 'v', l: false },
  });
});

test('knows where things are and what is wrong', () => {
  const yaml = readYaml('models:\n  - name: a\n    tests: [not_null]\n', 'm.yml');
  expect(yaml.at(['models', 0, 'tests', 0])).toEqual({ file: 'm.yml', line: 3, column: 13 });
  expect(yaml.at(['models', 0, 'nowhere'])).toEqual({ file: 'm.yml', line: 2, column: 5 });
  const [fault] = readYaml('a: [1, 2\nb: 3', 'bad.yml').faults;
  expect(fault).toMatchObject({ code: 'models/yaml', file: 'bad.yml', line: expect.any(Number) });
});

test('y and n are names, yes and no are not', () => {
  expect(readYaml('{n: 1, y: [n, y, N, yes, no, off, True]}', 'x.yml').value).toEqual({
    n: 1,
    y: ['n', 'y', 'N', true, false, false, true],
  });
});
