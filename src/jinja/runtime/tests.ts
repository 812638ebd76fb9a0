import { equal, order } from './compare.ts';
import { FILTERS } from './filters.ts';
import { isIterable } from './iterate.ts';
import { isFloat, isInt, numeric } from './number.ts';
import { isIn, modulo } from './operators.ts';
import { type Native, natives } from './signature.ts';
import { toText } from './text.ts';
import { HostObject, isCallable, isDict, isUndefined, type Value } from './value.ts';

const same = (value: Value, other: Value): boolean => equal(value, other);
const different = (value: Value, other: Value): boolean => !equal(value, other);
const less = (value: Value, other: Value): boolean => order(value, other, '<') < 0;
const lessOrEqual = (value: Value, other: Value): boolean => order(value, other, '<=') <= 0;
const greater = (value: Value, other: Value): boolean => order(value, other, '>') > 0;
const greaterOrEqual = (value: Value, other: Value): boolean => order(value, other, '>=') >= 0;

/** Jinja's tests, by name. */
export const TESTS: ReadonlyMap<string, Native> = natives({
  defined: ['value', (value: Value) => !isUndefined(value)],
  undefined: ['value', (value: Value) => isUndefined(value)],
  none: ['value', (value: Value) => value === null],
  boolean: ['value', (value: Value) => typeof value === 'boolean'],
  true: ['value', (value: Value) => value === true],
  false: ['value', (value: Value) => value === false],
  integer: ['value', (value: Value) => isInt(value)],
  float: ['value', (value: Value) => isFloat(value)],
  number: ['value', (value: Value) => numeric(value) !== undefined],
  string: ['value', (value: Value) => typeof value === 'string'],
  mapping: [
    'value',
    (value: Value) => isDict(value) || (value instanceof HostObject && value.protocol.mapping === true),
  ],
  sequence: ['value', isSequence],
  iterable: ['value', isIterable],
  callable: [
    'value',
    (value: Value) => isCallable(value) || (value instanceof HostObject && value.protocol.call !== undefined),
  ],
  filter: ['value', (value: Value) => typeof value === 'string' && FILTERS.has(value)],
  test: ['value', (value: Value) => typeof value === 'string' && TESTS.has(value)],
  escaped: ['value', () => false],
  lower: ['value', (value: Value) => isCased(toText(value), 'lower')],
  upper: ['value', (value: Value) => isCased(toText(value), 'upper')],
  odd: ['value', (value: Value) => equal(modulo(value, 2), 1)],
  even: ['value', (value: Value) => equal(modulo(value, 2), 0)],
  divisibleby: ['value num', (value: Value, by: Value) => equal(modulo(value, by), 0)],
  in: ['value seq', isIn],
  sameas: ['value other', (value: Value, other: Value) => value === other],
  eq: ['value other', same],
  equalto: ['value other', same],
  '==': ['value other', same],
  ne: ['value other', different],
  '!=': ['value other', different],
  lt: ['value other', less],
  lessthan: ['value other', less],
  '<': ['value other', less],
  le: ['value other', lessOrEqual],
  '<=': ['value other', lessOrEqual],
  gt: ['value other', greater],
  greaterthan: ['value other', greater],
  '>': ['value other', greater],
  ge: ['value other', greaterOrEqual],
  '>=': ['value other', greaterOrEqual],
});

/** What has a length and items: Jinja asks for no more. */
function isSequence(value: Value): boolean {
  if (typeof value === 'string' || Array.isArray(value) || isDict(value) || isUndefined(value)) return true;
  return value instanceof HostObject && value.protocol.length !== undefined && value.protocol.item !== undefined;
}

function isCased(text: string, wanted: 'lower' | 'upper'): boolean {
  const [lower, upper] = [text.toLowerCase(), text.toUpperCase()];
  return lower !== upper && text === (wanted === 'lower' ? lower : upper);
}
