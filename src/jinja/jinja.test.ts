import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CASES_FILE, readCases } from '../../test/conformance/jinja/cases.ts';
import {
  bindMacro,
  bindMacroSync,
  callable,
  evaluate,
  evaluateSync,
  HostObject,
  isUndefined,
  parseTemplate,
  render,
  renderNative,
  renderNativeSync,
  renderSync,
  type Scope,
} from './jinja.ts';

const recorded = existsSync(CASES_FILE) ? readCases() : [];

describe.skipIf(recorded.length === 0)(
  'recorded answers of Jinja2 (skipped where the recordings are not at hand)',
  () => {
    test.each(recorded)('$name', async ({ template: text, scope, output }) => {
      const template = parseTemplate(text, 'case.sql');
      expect(renderSync(template, scope)).toBe(output);
      expect(await render(template, scope)).toBe(output);
    });
  },
);

function rendered(text: string, scope: Scope = {}): string {
  return renderSync(parseTemplate(text, 'models/a.sql'), scope);
}

test('a template lists its macros and custom blocks with their options and source', () => {
  const template = parseTemplate(
    [
      '{% macro ponto(lon, lat=none) %}x{% endmacro %}',
      "{% materialization tabela, adapter='arcos', supported_languages=['sql'] %}{{ corpo }}{% endmaterialization %}",
      '{%- test positivo(model, column_name) -%} select {{ model }} {%- endtest %}',
      '{% docs chamado %}Um *chamado*.\n{% enddocs %}',
      '{% materialization visao, default %}v{% endmaterialization %}',
    ].join('\n'),
    'macros/todos.sql',
  );
  expect(template.macros).toMatchObject([
    { name: 'ponto', parameters: ['lon', 'lat'], file: 'macros/todos.sql', line: 1 },
  ]);
  expect(template.blocks.map(({ kind, name, arguments: given, text }) => [kind, name, given, text])).toEqual([
    ['materialization', 'tabela', { adapter: 'arcos', supported_languages: ['sql'] }, '{{ corpo }}'],
    ['test', 'positivo', {}, ' select {{ model }} '],
    ['docs', 'chamado', {}, 'Um *chamado*.\n'],
    ['materialization', 'visao', { default: true }, 'v'],
  ]);
  const [, positivo] = template.blocks;
  if (positivo === undefined) throw new Error('no test block');
  expect(bindMacroSync(positivo.macro, {})(['t'], {})).toBe('select t');
});

test('a bound macro finds other macros and itself in the scope, read at each call', async () => {
  const [outer] = parseTemplate(
    '{% macro outer(n) %}{{ inner() }}{{ outer(n - 1) if n > 0 }}{% endmacro %}{% macro inner() %}file{% endmacro %}',
    'm.sql',
  ).macros;
  if (outer === undefined) throw new Error('no macro');
  const scope: Record<string, unknown> = { inner: callable('inner', () => 'scope') };
  const bound = bindMacroSync(outer, scope);
  scope['outer'] = callable('outer', ([n]) => `own${String(n)}`);
  expect(bound([1], {})).toBe('scopeown0');
  expect(await bindMacro(outer, scope)([1], {})).toBe('scopeown0');
});

test('a bound macro sees what its file sets above it', async () => {
  const [macro] = parseTemplate(
    '{% set a = base ~ 1 %}{% set b = a ~ 2 %}{% macro m() %}{{ b }}{% endmacro %}',
    'm.sql',
  ).macros;
  if (macro === undefined) throw new Error('no macro');
  expect(bindMacroSync(macro, { base: 'x' })([], {})).toBe('x12');
  expect(await bindMacro(macro, { base: 'x' })([], {})).toBe('x12');
});

test('promises of host functions are awaited wherever they stand, in the order of the text', async () => {
  const order: unknown[] = [];
  const slow = callable('slow', async ([value]) => {
    await Promise.resolve();
    order.push(value);
    return value;
  });
  const text = [
    '{% macro m(x) %}{{ slow(x) }}{{ caller(slow(2)) }}{% endmacro %}',
    '{% call(y) m(slow(1)) %}<{{ y }}>{% endcall %}',
    '{% for i in slow([3, 4]) if slow(i) > 3 %}{{ slow(i) ~ slow("b") }}{% endfor %}',
    '{% set q %}{{ slow(5) }}{% endset %}{{ q }}{{ slow(6) if slow(true) and slow(1) < 2 }}',
    '{% for n in [[1], []] recursive %}{{ loop(n) if n is iterable else slow(n) }}{% endfor %}',
  ].join('');
  expect(await render(parseTemplate(text, 'a.sql'), { slow })).toBe('1<2>4b561');
  expect(order.slice(0, 3)).toEqual([1, 1, 2]);
});

test('a promise is a fault in the sync form', () => {
  const slow = callable('slow', () => Promise.reject(new Error('late')));
  expect(() => rendered('{{ slow() }}', { slow })).toThrow('needs time to answer');
});

test('expressions and templates of one expression keep their types', async () => {
  const scope = { var: callable('var', ([name]) => ({ dias: [1, 2] })[String(name)]) };
  expect(await evaluate("var('dias')[0] + 1", 'dbt_project.yml', scope)).toBe(2);
  expect(evaluateSync("{{ var('dias') }}", 'dbt_project.yml', scope)).toEqual([1, 2]);
  expect(renderNativeSync(parseTemplate('{{ none }}', 'a.yml'), {})).toBeNull();
  expect(await renderNative(parseTemplate('{{ 1 }}{{ 2 }}', 'a.yml'), {})).toBe('12');
  expect(isUndefined(evaluateSync('nada', 'a.yml', {}))).toBe(true);
});

test('undefined values chain where a project is only read', () => {
  const template = parseTemplate("[{{ a.b.c()['d'].e }}]", 'a.sql');
  expect(renderSync(template, {}, { chainUndefined: true })).toBe('[]');
  expect(() => renderSync(template, {})).toThrow("'a' is undefined");
});

test('a host object prints, iterates, indexes and gives nothing but its members', () => {
  const relation = new HostObject('Relation', { name: 'chamado' }, () => '`a.b`', {
    iterate: () => ['x', 'y'],
    length: () => 2,
    item: (key) => (key === 0 ? 'first' : undefined),
  });
  const text = "{{ this }} {{ this.name }} {{ this[0] }} {{ this | length }} {{ this | join('-') }} [{{ this.text }}]";
  expect(rendered(text, { this: relation })).toBe('`a.b` chamado first 2 x-y []');
});

test('keys that are no texts, and texts like numbers, keep type and order', () => {
  const text =
    "{% set d = {'10': 'a', '2': 'b', 3: 'c', none: 'd'} %}{% do d.update({1: 'e', '3': 'f'}) %}{{ d }} {{ d[3] }}{{ d['3'] }}";
  expect(rendered(text)).toBe("{'10': 'a', '2': 'b', 3: 'c', None: 'd', 1: 'e', '3': 'f'} cf");
});

test('a host reads the arguments of a template as plain values', () => {
  let seen: unknown;
  const config = callable('config', (_positional, keywords) => {
    seen = keywords;
    return '';
  });
  rendered("{{ config(partition_by={'field': 'd'}, cluster_by=['a'], enabled=true, hours=1.5, tags=('a',)) }}", {
    config,
  });
  expect(seen).toEqual({ partition_by: { field: 'd' }, cluster_by: ['a'], enabled: true, hours: 1.5, tags: ['a'] });
});

test('names of a loop, a set block and a macro stay inside', () => {
  const text =
    '{% set a = 1 %}{% for i in [1, 2] %}{{ a }}{% set a = a + i %}{{ a }};{% endfor %}{{ a }}' +
    '{% set b %}{% set a = 9 %}{{ a }}{% endset %}{{ b }}{{ a }}{% macro m() %}{% set a = 7 %}{{ a }}{% endmacro %}{{ m() }}{{ a }}';
  expect(rendered(text)).toBe('12;13;19171');
});

test('whitespace control, raw blocks and comments', () => {
  expect(rendered('a \n{%- set x = 1 -%}\n b {{- x -}} c {#- n -#} d\r\n')).toBe('ab1cd');
  expect(rendered('{%- raw -%} {{ x }} {%- endraw %} {% raw %}{% if %}{% endraw %}')).toBe('{{ x }} {% if %}');
  expect(rendered("{{ '}}' }}{{ {'a': {'b': 1}}['a']['b'] }}{% set s = '%}' %}{{ s }}")).toBe('}}1%}');
});
