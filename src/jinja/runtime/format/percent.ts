import { RuntimeFault, typeFault, valueFault } from '../../error.ts';
import { getKey, hasKey } from '../dict.ts';
import { numeric, truncated } from '../number.ts';
import { toPython, toText } from '../text.ts';
import { typeName } from '../type.ts';
import { isDict, Tuple, type Value } from '../value.ts';
import { formatSpec } from './spec.ts';

const CONVERSION = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([\s\S])?/gu;

/** `format % values`: printf-style formatting. A tuple holds several values, a dict named ones. */
export function formatPercent(format: string, values: Value): string {
  const given: readonly Value[] = values instanceof Tuple ? values : [values];
  let next = 0;
  const take = (): Value => {
    if (next >= given.length) throw typeFault('not enough arguments for format string');
    return given[next++];
  };
  let named = false;
  const text = format.replace(
    CONVERSION,
    (_whole, key?: string, flags = '', width?: string, precision?: string, type?: string) => {
      if (type === '%') return '%';
      if (type === undefined) throw valueFault('incomplete format');
      named ||= key !== undefined;
      const wide = width === '*' ? toText(take()) : (width ?? '');
      const digits = precision === '*' ? toText(take()) : precision;
      return converted(key === undefined ? take() : namedValue(values, key), flags, wide, digits, type);
    },
  );
  if (!named && next < given.length && !(isDict(values) || (Array.isArray(values) && !(values instanceof Tuple)))) {
    throw typeFault('not all arguments converted during string formatting');
  }
  return text;
}

function namedValue(values: Value, key: string): Value {
  if (!isDict(values)) throw typeFault('format requires a mapping');
  if (!hasKey(values, key)) throw new RuntimeFault('jinja/key', `the dict has no key '${key}'`);
  return getKey(values, key);
}

function converted(value: Value, flags: string, width: string, precision: string | undefined, type: string): string {
  const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const digits = precision === undefined ? '' : `.${precision}`;
  if ('sra'.includes(type)) {
    const text = type === 's' ? toText(value) : toPython(value);
    return formatSpec(text, `${flags.includes('-') ? '<' : '>'}${width}${digits}`);
  }
  const number = numeric(value);
  if (number === undefined) {
    if (type === 'c' && typeof value === 'string') return value;
    throw typeFault(`%${type} format: a real number is required, not ${typeName(value)}`);
  }
  const place = flags.includes('-') ? '<' : flags.includes('0') ? '0=' : '>';
  if ('diuxXoc'.includes(type)) {
    const whole = 'int' in number ? number.int : truncated(number.float);
    const alternate = flags.includes('#') ? '#' : '';
    const radix = 'diu'.includes(type) ? 'd' : type;
    // A precision of an integer is its least number of digits.
    const body =
      precision === undefined ? '' : (whole < 0 ? -whole : whole).toString().padStart(Number(precision), '0');
    if (body !== '' && radix === 'd')
      return formatSpec(`${whole < 0 ? '-' : sign}${body}`, `${flags.includes('-') ? '<' : '>'}${width}`);
    return formatSpec(whole, `${place}${sign}${alternate}${width}${radix}`);
  }
  if (!'eEfFgG'.includes(type)) throw valueFault(`unsupported format character '${type}'`);
  return formatSpec(value, `${place}${sign}${width}${digits}${type}`);
}
