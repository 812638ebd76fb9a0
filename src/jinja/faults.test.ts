import { expect, test } from 'vitest';
import { ArcosError } from '../base/errors.ts';
import {
  bindMacro,
  bindMacroSync,
  callable,
  JinjaError,
  parseTemplate,
  render,
  renderSync,
  type Scope,
} from './jinja.ts';

function faultOf(run: () => unknown): JinjaError {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof JinjaError) return thrown;
    throw thrown;
  }
  throw new Error('no fault');
}

function renderFault(text: string, scope: Scope = {}): JinjaError {
  return faultOf(() => renderSync(parseTemplate(text, 'models/a.sql'), scope));
}

test.each([
  ['{% if x %}\n  y', 1, 4, "'if' is not closed", 'Close it with {% endif %}.'],
  ['\n {{ a b }}', 2, 7, "unexpected 'b', expected '}}'", undefined],
  ['{% fro x in y %}', 1, 4, "unknown tag 'fro'", "Did you mean 'for'?"],
  ['{{ "abc }}', 1, 4, 'This string is not closed', 'Close it with ".'],
  ['a {# b', 1, 3, 'This comment is not closed', 'Close it with #}.'],
  ['{{ f(a=1, 2) }}', 1, 5, 'invalid order of arguments', 'Positional arguments come before named ones.'],
  ['{% for a in b %}{% endif %}', 1, 20, "'endif' does not fit 'for'", 'Expected endfor or else.'],
  ['{{ (1] }}', 1, 6, "unexpected ']', expected ')'", undefined],
  ["{% include 'x' %}", 1, 4, "'include' is not available", 'Macros of the project are there without an import.'],
])('parsing %j', (text, line, column, message, hint) => {
  const { fault } = faultOf(() => parseTemplate(text, 'models/a.sql'));
  expect(fault).toEqual({
    code: 'jinja/syntax',
    severity: 'error',
    message,
    file: 'models/a.sql',
    line,
    column,
    ...(hint === undefined ? {} : { hint }),
  });
});

test.each([
  ['select\n  {{ bairro.nome }}', 2, 13, "'bairro' is undefined", undefined],
  ["{{ 'a' | uper }}", 1, 10, "no filter named 'uper'", "Did you mean 'upper'?"],
  ['{{ 1 is nummber }}', 1, 9, "no test named 'nummber'", "Did you mean 'number'?"],
  ['{{ [1].apend(2) }}', 1, 8, "'list object' has no attribute 'apend'", "Did you mean 'append'?"],
  ["{{ {'field': 1}.feild.x }}", 1, 23, "'dict object' has no attribute 'feild'", "Did you mean 'field'?"],
  ["{{ 'a' + 1 }}", 1, 8, "unsupported operand type(s) for +: 'str' and 'int'", 'Join texts and other values with ~.'],
  ['{{ 1 / 0 }}', 1, 6, 'division by zero', undefined],
  ["{{ 1 < 'a' }}", 1, 6, "'<' not supported between instances of 'int' and 'str'", undefined],
  ['{% for a, b in [[1]] %}{% endfor %}', 1, 8, 'not enough values to unpack (expected 2, got 1)', undefined],
  ["{{ 'x'.replace('a') }}", 1, 8, "replace() missing required argument: 'new'", undefined],
  ['{{ [1](2) }}', 1, 4, "'list' object is not callable", undefined],
])('rendering %j', (text, line, column, message, hint) => {
  const { fault } = renderFault(text);
  expect(fault).toMatchObject({ severity: 'error', message, file: 'models/a.sql', line, column });
  expect(fault.hint).toBe(hint);
});

test('a fault in a macro stands in the macro, with the macros it went through, innermost first', async () => {
  const inner = parseTemplate('\n{% macro inner(x) %}\n{{ x.y.z }}{% endmacro %}', 'macros/inner.sql').macros[0];
  const outer = parseTemplate('{% macro outer() %}{{ inner({}) }}{% endmacro %}', 'macros/outer.sql').macros[0];
  if (inner === undefined || outer === undefined) throw new Error('no macros');
  const model = parseTemplate('{{ outer() }}', 'models/a.sql');
  const macros = ['macro inner (macros/inner.sql:2)', 'macro outer (macros/outer.sql:1)'];

  const scope: Record<string, unknown> = {};
  Object.assign(scope, { inner: bindMacroSync(inner, scope), outer: bindMacroSync(outer, scope) });
  const error = faultOf(() => renderSync(model, scope));
  expect(error.fault).toMatchObject({ file: 'macros/inner.sql', line: 3, column: 8, code: 'jinja/undefined' });
  expect(error.macros).toEqual(macros);

  Object.assign(scope, { inner: bindMacro(inner, scope), outer: bindMacro(outer, scope) });
  await expect(render(model, scope)).rejects.toMatchObject({ macros, fault: { file: 'macros/inner.sql', line: 3 } });
});

test('what a host function throws keeps its message and hint and is the cause', async () => {
  const thrown = new ArcosError('DENIED', 'no access to a.b', { hint: 'Ask for it.' });
  const scope = { run: callable('run', () => Promise.reject(thrown)) };
  const failed = render(parseTemplate('\n {{ run() }}', 'models/a.sql'), scope);
  await expect(failed).rejects.toMatchObject({
    cause: thrown,
    fault: { code: 'jinja/host', message: 'no access to a.b', hint: 'Ask for it.', line: 2, column: 5 },
  });
});

test('endless recursion is a fault', async () => {
  const text = '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}';
  expect(renderFault(text).fault.code).toBe('jinja/recursion');
  await expect(render(parseTemplate(text, 'models/a.sql'), {})).rejects.toMatchObject({
    fault: { code: 'jinja/recursion' },
  });
});

test('a macro refuses arguments it does not know', () => {
  const macro = '{% macro m(bairro) %}{% endmacro %}';
  expect(renderFault(`${macro}{{ m(bairo=1) }}`).fault.hint).toBe("Did you mean 'bairro'?");
  expect(renderFault(`${macro}{{ m(1, 2) }}`).message).toBe("macro 'm' takes not more than 1 argument(s) (2 given)");
  expect(renderFault(`${macro}{% call m(1) %}{% endcall %}`).message).toBe("macro 'm' does not use caller()");
});

test('return() outside of a macro is a fault', () => {
  expect(renderFault('{{ return(1) }}').fault.code).toBe('jinja/return');
});

test('break outside of a loop is a fault', () => {
  expect(faultOf(() => parseTemplate('a {% break %}', 'models/a.sql')).fault).toMatchObject({
    message: "'break' stands outside of a loop",
    line: 1,
    column: 6,
  });
});
