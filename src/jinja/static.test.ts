import { expect, test } from 'vitest';
import {
  type Callable,
  callable,
  parseTemplate,
  renderSync,
  staticParts,
  toPython,
  toText,
  type Value,
} from './jinja.ts';

/** Tells how it was called, so that two ways to call it can be compared. */
const told = (name: string) =>
  callable(name, (positional, keywords) => `${name}(${toPython([...positional])}, ${toPython({ ...keywords })})`);
const SCOPE: Readonly<Record<string, Value>> = { ref: told('ref'), config: told('config'), this: 'este' };

function statically(text: string): string | undefined {
  return staticParts(text)
    ?.map((part) => {
      if (typeof part === 'string') return part;
      const value = SCOPE[part.name];
      return 'positional' in part ? toText((value as Callable)(part.positional, part.keywords)) : toText(value);
    })
    .join('');
}

test.each([
  'SELECT 1',
  "{{ config(materialized='table', tags=['a', \"b\"], partition_by={'field': 'd', 'range': {'start': 0}}, x=none, y=True) }}\nSELECT * FROM {{ ref('a') }}",
  "a {{- ref('x', 'y', v=2) -}} \n b {#- c {{ d -#}  e {{+ this }} { {x} }} %}",
  "{{ config(\n  a = [1, [2, 3,],],\n) }}{{ref('x',)}}",
  "{{ ref ( 'ação' ) }}",
])('what is read without being rendered is what rendering gives: %s', (text) => {
  expect(statically(text)).toBe(renderSync(parseTemplate(text, 'a.sql'), SCOPE));
});

test.each([
  '{% if x %}{% endif %}',
  "{{ ref('a') ~ 'b' }}",
  "{{ ref('a').b }}",
  "{{ ref('a' 'b') }}",
  '{{ ref(x) }}',
  "{{ ref(*['a']) }}",
  "{{ ref('a\\n') }}",
  '{{ ref(1.5, -1) }}',
  '{{ ref(a=1, 2) }}',
  '{{ ref(a=1, a=2) }}',
  "{{ config(d={1: 'a'}) }}",
  "{{ config(d={'__proto__': 1}) }}",
  '{{ config(__proto__=1) }}',
  "{{ 'a' }}",
  '{{ true }}',
  '{{ ref(',
  '{{ ref() ',
  '{# open',
  '{{ a | b }}',
])('what decides something, or is wrong, is left to the parser: %s', (text) => {
  expect(staticParts(text)).toBeUndefined();
});
