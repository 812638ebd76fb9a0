import { define } from './define.ts';

const ANY_NUMBER = 'INT64 -> INT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC | FLOAT64 -> FLOAT64';
const TO_FLOAT = 'FLOAT64 -> FLOAT64';
const REAL = 'FLOAT64 -> FLOAT64 | NUMERIC -> NUMERIC | BIGNUMERIC -> BIGNUMERIC';
const INTEGER_PAIR = 'INT64, INT64 -> INT64 | NUMERIC, NUMERIC -> NUMERIC | BIGNUMERIC, BIGNUMERIC -> BIGNUMERIC';
const PAIR = `${INTEGER_PAIR} | FLOAT64, FLOAT64 -> FLOAT64`;
const ROUNDING = 'FLOAT64, [INT64] -> FLOAT64 | NUMERIC, [INT64] -> NUMERIC | BIGNUMERIC, [INT64] -> BIGNUMERIC';
const REAL_PAIR = 'FLOAT64, FLOAT64 -> FLOAT64 | NUMERIC, NUMERIC -> NUMERIC | BIGNUMERIC, BIGNUMERIC -> BIGNUMERIC';

const VECTORS = `ARRAY<FLOAT64>, ARRAY<FLOAT64> -> FLOAT64 |
  ARRAY<STRUCT<dimension T, value FLOAT64>>, ARRAY<STRUCT<dimension T, value FLOAT64>> -> FLOAT64`;

export const MATHS = define('mathematical', {
  ABS: [ANY_NUMBER, 'Absolute value.'],
  ACOS: [TO_FLOAT, 'Arc cosine, in radians.'],
  ACOSH: [TO_FLOAT, 'Inverse hyperbolic cosine.'],
  ASIN: [TO_FLOAT, 'Arc sine, in radians.'],
  ASINH: [TO_FLOAT, 'Inverse hyperbolic sine.'],
  ATAN: [TO_FLOAT, 'Arc tangent, in radians.'],
  ATAN2: ['FLOAT64, FLOAT64 -> FLOAT64', 'Angle of the point (second, first), in radians.'],
  ATANH: [TO_FLOAT, 'Inverse hyperbolic tangent.'],
  BIT_COUNT: ['INT64 -> INT64 | BYTES -> INT64', 'Number of bits that are set.'],
  CBRT: [TO_FLOAT, 'Cube root.'],
  CEIL: [REAL, 'The smallest whole number that is not less.'],
  COS: [TO_FLOAT, 'Cosine of radians.'],
  COSH: [TO_FLOAT, 'Hyperbolic cosine.'],
  COSINE_DISTANCE: [VECTORS, 'Cosine distance of two vectors.'],
  COT: [TO_FLOAT, 'Cotangent of radians.'],
  COTH: [TO_FLOAT, 'Hyperbolic cotangent.'],
  CSC: [TO_FLOAT, 'Cosecant of radians.'],
  CSCH: [TO_FLOAT, 'Hyperbolic cosecant.'],
  DIV: [INTEGER_PAIR, 'Whole quotient, towards zero.'],
  EUCLIDEAN_DISTANCE: [VECTORS, 'Euclidean distance of two vectors.'],
  EXP: [REAL, 'e to the power of the number.'],
  FLOOR: [REAL, 'The largest whole number that is not greater.'],
  IEEE_DIVIDE: ['FLOAT64, FLOAT64 -> FLOAT64', 'Quotient by IEEE 754: infinities and NaN instead of errors.'],
  IS_INF: ['FLOAT64 -> BOOL', 'Whether the number is infinite.'],
  IS_NAN: ['FLOAT64 -> BOOL', 'Whether the value is not a number.'],
  LN: [REAL, 'Natural logarithm.'],
  LOG: [
    'FLOAT64, [FLOAT64] -> FLOAT64 | NUMERIC, [NUMERIC] -> NUMERIC | BIGNUMERIC, [BIGNUMERIC] -> BIGNUMERIC',
    'Logarithm to a base, e unless told.',
  ],
  LOG10: [REAL, 'Logarithm to base 10.'],
  MOD: [INTEGER_PAIR, 'Remainder, with the sign of the first.'],
  POW: [REAL_PAIR, 'The first to the power of the second.'],
  RAND: [' -> FLOAT64', 'A random number from 0 up to 1.'],
  RANGE_BUCKET: ['T, ARRAY<T> -> INT64', 'Position of a value among ascending bounds, from 0.'],
  ROUND: [
    `INT64 -> FLOAT64 | INT64, INT64 -> FLOAT64 | ${ROUNDING} | NUMERIC, INT64, STRING -> NUMERIC`,
    'Rounded, halves away from zero.',
  ],
  SAFE_ADD: [PAIR, 'Sum; NULL on overflow.'],
  SAFE_DIVIDE: [REAL_PAIR, 'Quotient; NULL when dividing by zero.'],
  SAFE_MULTIPLY: [PAIR, 'Product; NULL on overflow.'],
  SAFE_NEGATE: [ANY_NUMBER, 'Negative; NULL on overflow.'],
  SAFE_SUBTRACT: [PAIR, 'Difference; NULL on overflow.'],
  SEC: [TO_FLOAT, 'Secant of radians.'],
  SECH: [TO_FLOAT, 'Hyperbolic secant.'],
  SIGN: [ANY_NUMBER, '-1, 0 or 1.'],
  SIN: [TO_FLOAT, 'Sine of radians.'],
  SINH: [TO_FLOAT, 'Hyperbolic sine.'],
  SQRT: [REAL, 'Square root.'],
  TAN: [TO_FLOAT, 'Tangent of radians.'],
  TANH: [TO_FLOAT, 'Hyperbolic tangent.'],
  TRUNC: [ROUNDING, 'Rounded towards zero.'],
});
