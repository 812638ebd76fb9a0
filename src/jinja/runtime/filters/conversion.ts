import { typeFault } from '../../error.ts';
import { truth } from '../compare.ts';
import { entriesOf } from '../dict.ts';
import { generator, items } from '../iterate.ts';
import { toJson } from '../json.ts';
import { float, numeric, parseFloatText, parseInteger, toIndex, truncated } from '../number.ts';
import { natives } from '../signature.ts';
import { toPython, toText } from '../text.ts';
import { typeName } from '../type.ts';
import { defined } from '../undefined.ts';
import { isDict, isUndefined, Tuple, type Value } from '../value.ts';

/** Filters that change a value's type; dbt's `as_` filters give in a text what they give natively. */
export const CONVERSION_FILTERS = natives({
  string: ['value', (value: Value) => toText(value)],
  int: [
    'value default? base?',
    (value: Value, fallback: Value = 0, base: Value = 10) => toInt(value, fallback, toIndex(base)),
  ],
  float: ['value default?', (value: Value, fallback: Value = float(0)) => toFloat(value, fallback)],
  list: ['value', (value: Value) => [...items(value)]],
  tojson: [
    'value indent?',
    (value: Value, indent?: Value) => htmlSafe(toJson(value, isUndefined(indent) ? undefined : toIndex(indent))),
  ],
  pprint: ['value', (value: Value) => toPython(value)],
  items: ['value', (value: Value) => generator(isUndefined(value) ? [] : pairs(value))],
  default: ['value default_value? boolean?', orDefault],
  d: ['value default_value? boolean?', orDefault],
  as_text: ['value', (value: Value) => (value === null ? '' : toText(value))],
  as_bool: ['value', (value: Value) => (typeof value === 'string' ? /^(?:true|yes|1)$/i.test(value) : truth(value))],
  as_number: ['value', (value: Value) => parsed(value)],
  as_native: ['value', (value: Value) => value],
});

function toInt(value: Value, fallback: Value, base: number): Value {
  const known = numeric(defined(value));
  if (known !== undefined) {
    if ('int' in known) return known.int;
    return Number.isFinite(known.float) ? truncated(known.float) : fallback;
  }
  if (typeof value !== 'string') return fallback;
  const whole = parseInteger(value, base);
  if (whole !== undefined) return whole;
  const number = parseFloatText(value);
  return number === undefined || !Number.isFinite(number) ? fallback : truncated(number);
}

function toFloat(value: Value, fallback: Value): Value {
  const known = numeric(defined(value));
  if (known !== undefined) return float('int' in known ? Number(known.int) : known.float);
  const number = typeof value === 'string' ? parseFloatText(value) : undefined;
  return number === undefined ? fallback : float(number);
}

function parsed(value: Value): Value {
  if (typeof value !== 'string') return value;
  const whole = parseInteger(value);
  const number = whole === undefined ? parseFloatText(value) : undefined;
  return whole ?? (number === undefined ? value : float(number));
}

/** As Jinja's tojson: the text may stand in HTML. */
function htmlSafe(json: string): string {
  return json.replace(/[<>&']/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function pairs(value: Value): Tuple[] {
  if (isDict(value)) return entriesOf(value).map((pair) => Tuple.copy(pair));
  throw typeFault(`can only get item pairs from a mapping, not '${typeName(value)}'`);
}

function orDefault(value: Value, fallback: Value = '', boolean?: Value): Value {
  return isUndefined(value) || (truth(boolean) && !truth(value)) ? fallback : value;
}
