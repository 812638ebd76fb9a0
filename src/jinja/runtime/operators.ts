import { RuntimeFault, typeFault } from '../error.ts';
import { equal } from './compare.ts';
import { hasKey } from './dict.ts';
import { formatPercent } from './format/percent.ts';
import { isIterable, items } from './iterate.ts';
import { float, int, isInt, type Numeric, numeric } from './number.ts';
import { typeName } from './type.ts';
import { defined } from './undefined.ts';
import { HostObject, isDict, Tuple, type Value } from './value.ts';

export type Operator = '+' | '-' | '*' | '/' | '//' | '%' | '**';

export function add(left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (Array.isArray(left) && Array.isArray(right) && left instanceof Tuple === right instanceof Tuple) {
    const joined = [...left, ...right];
    return left instanceof Tuple ? Tuple.copy(joined) : joined;
  }
  return arithmetic('+', left, right);
}

export function subtract(left: Value, right: Value): Value {
  return arithmetic('-', left, right);
}

export function multiply(left: Value, right: Value): Value {
  if (isInt(right)) {
    const repeated = repeat(left, Number(right));
    if (repeated !== undefined) return repeated;
  }
  if (isInt(left)) {
    const repeated = repeat(right, Number(left));
    if (repeated !== undefined) return repeated;
  }
  return arithmetic('*', left, right);
}

/** A template must not be able to fill the memory with one operator. */
const MOST_REPEATED = 50_000_000;

function repeat(value: Value, times: number): Value {
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  const count = Math.max(0, times);
  if (value.length * count > MOST_REPEATED) throw new RuntimeFault('jinja/limit', 'the repeated value is too large');
  if (typeof value === 'string') return value.repeat(count);
  const all = Array.from({ length: count }, () => [...value]).flat();
  return value instanceof Tuple ? Tuple.copy(all) : all;
}

export function divide(left: Value, right: Value): Value {
  return arithmetic('/', left, right);
}

export function floorDivide(left: Value, right: Value): Value {
  return arithmetic('//', left, right);
}

export function modulo(left: Value, right: Value): Value {
  return typeof left === 'string' ? formatPercent(left, right) : arithmetic('%', left, right);
}

export function power(left: Value, right: Value): Value {
  return arithmetic('**', left, right);
}

export function negate(value: Value): Value {
  const known = numeric(defined(value));
  if (known !== undefined) return 'int' in known ? int(-known.int) : float(-known.float);
  if (value instanceof HostObject) {
    const negated = value.protocol.operate?.('*', -1, false);
    if (negated !== undefined) return negated;
  }
  throw typeFault(`bad operand type for unary -: '${typeName(value)}'`);
}

export function plus(value: Value): Value {
  const known = numeric(defined(value));
  if (known === undefined) throw typeFault(`bad operand type for unary +: '${typeName(value)}'`);
  return 'int' in known ? known.int : float(known.float);
}

function arithmetic(operator: Operator, left: Value, right: Value): Value {
  const [a, b] = [numeric(left), numeric(right)];
  if (a !== undefined && b !== undefined) {
    return 'int' in a && 'int' in b
      ? ofInts(operator, a.int, b.int)
      : float(ofFloats(operator, asFloat(a), asFloat(b)));
  }
  defined(left);
  defined(right);
  const known = operator === '**' ? undefined : ofHosts(operator, left, right);
  if (known !== undefined) return known;
  const types = `'${typeName(left)}' and '${typeName(right)}'`;
  const hint =
    typeof left === 'string' || typeof right === 'string' ? 'Join texts and other values with ~.' : undefined;
  throw typeFault(`unsupported operand type(s) for ${operator}: ${types}`, operator === '+' ? hint : undefined);
}

function ofHosts(operator: Exclude<Operator, '**'>, left: Value, right: Value): Value {
  if (left instanceof HostObject) {
    const answer = left.protocol.operate?.(operator, right, false);
    if (answer !== undefined) return answer;
  }
  return right instanceof HostObject ? right.protocol.operate?.(operator, left, true) : undefined;
}

function asFloat(value: Numeric): number {
  return 'int' in value ? Number(value.int) : value.float;
}

/** In plain numbers while the answer is safe, else in bigints. */
function ofInts(operator: Operator, left: number | bigint, right: number | bigint): Value {
  if (operator === '/') {
    if (Number(right) === 0) throw divisionByZero();
    return float(Number(left) / Number(right));
  }
  if (operator === '**' && right < 0) return float(ofFloats('**', Number(left), Number(right)));
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = ofFloats(operator, left, right);
    if (Number.isSafeInteger(quick)) return Object.is(quick, -0) ? 0 : quick;
  }
  return int(ofBigInts(operator, BigInt(left), BigInt(right)));
}

/** Enough digits for any key or hash, few enough to stay quick. */
const MOST_BITS = 100_000;

function ofBigInts(operator: Operator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '**':
      if (right * BigInt(left.toString(2).length) > MOST_BITS)
        throw new RuntimeFault('jinja/limit', 'the power is too large');
      return left ** right;
    default: {
      if (right === 0n) throw divisionByZero();
      const rest = left % right;
      const floor = left / right - (rest !== 0n && rest < 0n !== right < 0n ? 1n : 0n);
      return operator === '%' ? left - floor * right : floor;
    }
  }
}

function ofFloats(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '**':
      if (left === 0 && right < 0) throw divisionByZero();
      return left ** right;
    default:
  }
  if (right === 0) throw divisionByZero();
  if (operator === '/') return left / right;
  if (operator === '//') return Math.floor(left / right);
  const rest = left % right;
  return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
}

function divisionByZero(): RuntimeFault {
  return new RuntimeFault('jinja/arithmetic', 'division by zero');
}

export function isIn(item: Value, container: Value): boolean {
  if (typeof container === 'string') {
    if (typeof item === 'string') return container.includes(item);
    throw typeFault(`'in <string>' requires string as left operand, not ${typeName(item)}`);
  }
  if (container instanceof HostObject && container.protocol.contains !== undefined)
    return container.protocol.contains(item);
  if (isDict(container)) return hasKey(container, item);
  if (!isIterable(container)) throw typeFault(`argument of type '${typeName(container)}' is not iterable`);
  return items(container).some((one) => equal(one, item));
}
