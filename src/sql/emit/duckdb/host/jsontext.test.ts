import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson, printJson } from './jsontext.ts';

const canonical = (text: string, exact = false) => {
  const json = parseJson(text, exact);
  return json === undefined ? undefined : printJson(json);
};

test.each([
  ['{"b" : 1, "a": [ ] }', '{"a":[],"b":1}'],
  ['{"a":1,"a":2}', '{"a":1}'],
  ['{"__proto__":1}', '{"__proto__":1}'],
  ['[1.50, 1.0, -0, 1E2, 1e20, 1e-7]', '[1.5,1.0,-0.0,100.0,1e+20,1e-07]'],
  ['9223372036854775807', '9223372036854775807'],
  ['18446744073709551615', '18446744073709551615'],
  ['"\\u00e9\\n"', '"é\\n"'],
])('%s is kept as %s', (text, wanted) => {
  expect(canonical(text)).toBe(wanted);
});

test.each(['', '{', '[1,]', '{"a"}', '01', '1 2', "'a'", '"\n"', 'nul', '1e999'])('%j is no JSON', (text) => {
  expect(canonical(text)).toBeUndefined();
});

test('nesting has an end', () => {
  expect(canonical('['.repeat(500) + ']'.repeat(500))).toHaveLength(1000);
  expect(canonical('['.repeat(100_000))).toBeUndefined();
});

test('numbers that lose digits are rounded or refused', () => {
  expect(canonical('922337203685477580701')).toBe('9.223372036854776e+20');
  expect(canonical('922337203685477580701', true)).toBeUndefined();
  expect(canonical('0.1', true)).toBe('0.1');
});

test('whatever JSON.stringify writes is read as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonical(JSON.stringify(value));
      expect(JSON.parse(text ?? 'null')).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonical(text ?? '')).toBe(text);
    }),
  );
});
