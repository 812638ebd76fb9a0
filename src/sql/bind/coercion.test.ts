import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arrayOf,
  BIGNUMERIC,
  BOOL,
  BYTES,
  DATE,
  DATETIME,
  FLOAT64,
  INT64,
  NUMERIC,
  type SqlType,
  STRING,
  TIMESTAMP,
} from '../type.ts';
import { castable, coercionCost, supertype } from './coercion.ts';

const column = (type: SqlType) => ({ type, literal: false, untyped: false });
const literal = (type: SqlType) => ({ type, literal: true, untyped: false });
const NULL = { type: INT64, literal: true, untyped: true };

const TYPES = [INT64, FLOAT64, NUMERIC, BIGNUMERIC, BOOL, STRING, BYTES, DATE, DATETIME, TIMESTAMP] as const;

test.each([
  [[INT64, FLOAT64], FLOAT64],
  [[INT64, NUMERIC], NUMERIC],
  [[NUMERIC, BIGNUMERIC], BIGNUMERIC],
  [[INT64, NUMERIC, FLOAT64], FLOAT64],
  [[DATE, DATETIME], DATETIME],
  [[STRING, INT64], undefined],
  [[DATE, TIMESTAMP], undefined],
])('the supertype of %j is %j', (types, wanted) => {
  expect(supertype(types.map(column))).toEqual(wanted);
});

test('a literal follows the column beside it', () => {
  expect(supertype([literal(STRING), column(DATE)])).toEqual(DATE);
  expect(supertype([column(NUMERIC), literal(FLOAT64)])).toEqual(NUMERIC);
  expect(supertype([column(STRING), column(DATE)])).toBeUndefined();
});

test('NULL is of any type, and INT64 alone', () => {
  expect(supertype([NULL, column(DATE)])).toEqual(DATE);
  expect(supertype([NULL, NULL])).toEqual(INT64);
});

test('structs meet field by field, and the first one names the fields', () => {
  const [a, b] = [INT64, FLOAT64].map((type): SqlType => ({ kind: 'STRUCT', fields: [{ name: type.kind, type }] }));
  expect(a && b && supertype([column(a), column(b)])).toEqual({
    kind: 'STRUCT',
    fields: [{ name: 'INT64', type: FLOAT64 }],
  });
});

test('arrays convert only where they are written out', () => {
  expect(coercionCost(literal(arrayOf(INT64)), arrayOf(FLOAT64))).toBeGreaterThan(0);
  expect(coercionCost(column(arrayOf(INT64)), arrayOf(FLOAT64))).toBeUndefined();
});

test('whatever converts by itself can be cast, and a type to itself costs nothing', () => {
  fc.assert(
    fc.property(fc.constantFrom(...TYPES), fc.constantFrom(...TYPES), (from, to) => {
      if (coercionCost(column(from), to) !== undefined) expect(castable(from, to)).toBe(true);
      expect(coercionCost(column(from), from)).toBe(0);
    }),
  );
});

test('the order of arguments does not change their supertype', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 4 }), (types) => {
      expect(supertype([...types].reverse().map(column))).toEqual(supertype(types.map(column)));
    }),
  );
});
