import { expect, test } from 'vitest';
import { callable, HostObject, JinjaError, PYTHON_MODULES, parseTemplate, renderSync, type Scope } from './jinja.ts';

class Secret {
  token = 'abc';
  reveal(): string {
    return this.token;
  }
}

const scope: Scope = {
  text: 'abc',
  list: [1],
  mapping: { a: 1 },
  host: new HostObject('Host', { name: 'x' }),
  call: callable('call', () => 1),
  unmarked: () => 'ran',
  secret: new Secret(),
  map: new Map([['a', 1]]),
  modules: PYTHON_MODULES,
};

function rendered(text: string): string {
  return renderSync(parseTemplate(text, 'a.sql'), scope);
}

const INHERITED = [
  ...['constructor', 'prototype', '__proto__', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'],
  ...[
    '__lookupGetter__',
    'isPrototypeOf',
    'call',
    'apply',
    'bind',
    '__class__',
    '__globals__',
    '__init__',
    'push',
    'at',
  ],
];
const OBJECTS = [
  'text',
  'list',
  'mapping',
  'host',
  'call',
  'unmarked',
  'secret',
  'map',
  '(1)',
  '(1.5)',
  'true',
  '[1] | map("string")',
  'mapping.items',
  'range(3)',
  'namespace(a=1)',
  'modules.datetime',
  'modules.re.compile("a")',
];

test.each(OBJECTS)('%s gives no inherited member', (object) => {
  for (const name of INHERITED) {
    expect(rendered(`{% set o = ${object} %}{{ o.${name} is defined }}{{ o['${name}'] is defined }}`)).toBe(
      'FalseFalse',
    );
  }
});

test('a loop gives no inherited member', () => {
  for (const name of INHERITED) {
    expect(
      rendered(
        `{% for i in [1] %}{% set o = loop %}{{ o.${name} is defined }}{{ loop.${name} is defined }}{% endfor %}`,
      ),
    ).toBe('FalseFalse');
  }
});

test.each([
  'constructor',
  '__proto__',
  'toString',
  'process',
  'globalThis',
  'require',
  'Function',
  'rt',
  'source',
  'scope',
  '$at',
  'eval',
])('the name %s reaches nothing', (name) => {
  const text = /^\w+$/.test(name)
    ? `{{ ${name} is defined }}{{ context['${name}'] is defined }}`
    : "{{ context['$at'] is defined }}False";
  expect(rendered(text)).toBe('FalseFalse');
});

test('what the host did not mark as callable cannot be called or read', () => {
  expect(() => rendered('{{ unmarked() }}')).toThrow("'object' object is not callable");
  expect(rendered('{{ secret.token }}{{ map.a }}')).toBe('');
  expect(() => rendered('{{ secret.reveal() }}')).toThrow(JinjaError);
});

test('texts of a template cannot leave their place in the generated code', () => {
  const tricky = '`$\\\'"\u2028*/ ] } ) ; throw 1 //';
  expect(rendered(`${tricky}{{ '"\u2028; throw 1 //' }}`)).toBe(`${tricky}"\u2028; throw 1 //`);
  expect(rendered(`{{ {'"]:1,a': 2}['"]:1,a'] }}`)).toBe('2');
});

test('a key called __proto__ is a key', () => {
  expect(rendered("{% set d = {'__proto__': {'x': 1}} %}{{ d }}{{ d.x is defined }}{{ d['__proto__'].x }}")).toBe(
    "{'__proto__': {'x': 1}}False1",
  );
  expect(
    rendered("{% set d = {} %}{% do d.update({'__proto__': {'x': 1}}) %}{{ d.x is defined }}{{ d | length }}"),
  ).toBe('False1');
  expect(rendered("{% set d = dict(**{'__proto__': 1}) %}{{ d }}")).toBe("{'__proto__': 1}");
});

test('str.format reads no more than a template', () => {
  expect(() => rendered("{{ '{0.constructor}'.format(text) }}")).toThrow("'str object' has no attribute 'constructor'");
  expect(() => rendered("{{ '{0.__class__.__mro__}'.format(mapping) }}")).toThrow(JinjaError);
});

test('shared tables cannot be changed by a template', () => {
  expect(() => rendered("{% do modules.update({'re': 1}) %}")).toThrow(JinjaError);
  expect(rendered("{{ modules.re.findall('a', 'aba') | length }}")).toBe('2');
});

test('one operator cannot fill the memory', () => {
  expect(() => rendered("{{ 'a' * 10 ** 12 }}")).toThrow('too large');
  expect(() => rendered('{{ 10 ** 1000000 }}')).toThrow('too large');
});
