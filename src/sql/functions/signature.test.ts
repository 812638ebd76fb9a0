import { expect, test } from 'vitest';
import { arrayOf, DATE, FLOAT64, INT64, type SqlType, STRING } from '../type.ts';
import { FUNCTIONS, lookupFunction } from './lookup.ts';
import { type MatchArgument, matchSignature, parseSignatures } from './signature.ts';

const value = (type: SqlType): MatchArgument => ({ type, literal: false, untyped: false });
const match = (signatures: string, ...args: readonly MatchArgument[]) =>
  matchSignature(parseSignatures(signatures), args);

test('a template stands for one type', () => {
  expect(match('T, T -> ARRAY<T>', value(INT64), value(FLOAT64))).toMatchObject({
    types: [FLOAT64, FLOAT64],
    result: arrayOf(FLOAT64),
  });
  expect(match('T, T -> T', value(INT64), value(STRING))).toBeUndefined();
});

test('optional and repeated parameters', () => {
  expect(match('STRING, [INT64] -> STRING', value(STRING))?.result).toEqual(STRING);
  expect(match('STRING, [INT64] -> STRING', value(STRING), value(INT64), value(INT64))).toBeUndefined();
  expect(match('STRING, STRING... -> STRING', value(STRING), value(STRING), value(STRING))?.types).toHaveLength(3);
});

test('an argument that is given by name goes behind repeated ones', () => {
  const flagged = match('STRING, ANY..., [flag => INT64] -> STRING', value(STRING), value(DATE), {
    ...value(INT64),
    named: 'flag',
  });
  expect(flagged?.types).toEqual([STRING, undefined, INT64]);
  expect(
    match('STRING, ANY..., [flag => INT64] -> STRING', value(STRING), { ...value(STRING), named: 'flag' }),
  ).toBeUndefined();
});

test('fields of structs bind templates', () => {
  const pairs = arrayOf({
    kind: 'STRUCT',
    fields: [
      { name: 'a', type: DATE },
      { name: 'b', type: FLOAT64 },
    ],
  });
  expect(match('ARRAY<STRUCT<k T, v FLOAT64>> -> T', value(pairs))?.result).toEqual(DATE);
});

test('the nearest signature is taken', () => {
  expect(match('FLOAT64 -> FLOAT64 | INT64 -> INT64', value(INT64))?.result).toEqual(INT64);
});

test('every function has a result for its own parameters, and one doc line', () => {
  for (const { name, signatures, doc } of FUNCTIONS) {
    expect(signatures.length, name).toBeGreaterThan(0);
    expect(doc, name).toMatch(/^\S[^\n]*\.$/);
  }
});

test('functions are found in any case and spelling', () => {
  expect(lookupFunction('Substring')?.name).toBe('SUBSTR');
  expect(lookupFunction('hll_count.init')?.name).toBe('HLL_COUNT.INIT');
  expect(lookupFunction('no_such')).toBeUndefined();
});
