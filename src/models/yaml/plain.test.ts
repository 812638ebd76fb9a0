import { expect, test } from 'vitest';
import { readFully } from '../yaml.ts';
import { plainYaml } from './plain.ts';

/** Pieces of schema files, right and wrong, of which texts are put together. */
const PIECES = String.raw`
version: 2¦models:¦- name: a¦name: bairro¦description: uma: duas¦description: a # b¦x:¦-¦columns:¦- name: id¦tests:¦- not_null
- accepted_values: {values: [a, "b", 1]}¦quote: true¦- - a¦data_tests: [not_null, unique]¦'k': 'v'¦'k': 'it''s'¦"k": "v"¦k: "a\tb"
k: yes¦on: x¦1: x¦+tags: a¦k: {+a: +b}¦k: +1¦k: +.inf¦# comment¦¦  ¦k: |¦k: >¦k: >-¦k: |+¦text of a block¦more # text¦---¦...
k: &a b¦k: *a¦<<: x¦k: 1.50¦k: 0x1f¦k: 1_000¦k: 2024-01-01¦k: 2024-01-01 10:00¦k: -1¦k: ~¦k: {a: 1}¦k: {a: }¦k: {a}¦k: [a, b: c]
k: [¦k: "a¦k: {{ var('x') }}¦k: "{{ var(1) }}"¦k: a:b¦k: [a b, c-d]¦k: [ -1, .5 ]¦k: !t v¦k: 12 monos¦k: http://a/b#c¦k : v¦k:v
? k¦k: a "b" c¦k: [it's]¦- "x" # c¦k: "x"y¦k: []¦k: {}¦- {}¦- []¦-- a¦-a: b¦k: - a¦k: >2¦é: ção¦k: null¦k: Null x¦y: n
`
  .trim()
  .split(/[¦\n]/);

/** A generator of its own, so that a failure comes again (Numerical Recipes' constants). */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

test('reads what it reads as the full reader does', () => {
  const random = numbers(7);
  const below = (limit: number) => Math.floor((random.next().value ?? 0) * limit);
  let read = 0;
  for (let round = 0; round < 30_000; round++) {
    const lines = Array.from({ length: 1 + below(6) }, () => {
      const piece = PIECES[below(PIECES.length)] ?? '';
      return ' '.repeat(below(4) * (below(5) === 0 ? 1 : 2)) + piece + (below(12) === 0 ? ' ' : '');
    });
    const text = lines.join('\n') + (below(2) === 0 ? '\n' : '');
    const plain = plainYaml(text);
    if (plain === undefined) continue;
    read++;
    const full = readFully(text, 'x.yml');
    expect({ text, value: plain.value }).toEqual({ text, value: full.value ?? null });
    expect({ text, faults: full.faults }).toEqual({ text, faults: [] });
  }
  expect(read).toBeGreaterThan(1_000);
});

test('reads a schema file by itself', () => {
  const text = [
    'version: 2',
    '',
    'models:',
    '  - name: chamado # of 1746',
    '    description: >',
    '      Chamados feitos',
    '      à central.',
    '    config: {tags: [diario, "a b"], materialized: table}',
    '    columns:',
    '    - name: id',
    '      data_type: string',
    "      description: 'o id'",
    '      tests:',
    '        - not_null',
    '        - accepted_values:',
    '            values: [1, 2]',
    '    meta:',
    '    tests:',
    '',
  ].join('\n');
  const plain = plainYaml(text);
  expect(plain).toBeDefined();
  expect(plain?.value).toEqual(readFully(text, 'x.yml').value);
});
