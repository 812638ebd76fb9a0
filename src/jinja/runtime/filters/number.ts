import { RuntimeFault } from '../../error.ts';
import { truth } from '../compare.ts';
import { items } from '../iterate.ts';
import { float, floatText, int, numeric, roundHalfEven, toIndex, toNumber } from '../number.ts';
import { add } from '../operators.ts';
import { natives } from '../signature.ts';
import { toText } from '../text.ts';
import { defined } from '../undefined.ts';
import { isUndefined, type Value } from '../value.ts';
import { keyGetter } from './attribute.ts';

export const NUMBER_FILTERS = natives({
  abs: ['value', abs],
  round: ['value precision? method?', round],
  sum: ['value attribute? start?', sum],
  filesizeformat: ['value binary?', fileSize],
  random: [
    'value',
    () => {
      throw new RuntimeFault(
        'jinja/unsupported',
        'the random filter is not available',
        'A model must give the same text each time.',
      );
    },
  ],
});

function abs(value: Value): Value {
  const known = numeric(defined(value));
  if (known !== undefined && 'int' in known) return int(known.int < 0 ? -known.int : known.int);
  return float(Math.abs(toNumber(value)));
}

function round(value: Value, precision: Value = 0, method: Value = 'common'): Value {
  const number = toNumber(defined(value));
  const digits = toIndex(precision);
  const known = numeric(value);
  if (method === 'common') {
    // round() of an int is an int.
    return known !== undefined && 'int' in known && digits >= 0 ? known.int : float(roundHalfEven(number, digits));
  }
  if (method !== 'ceil' && method !== 'floor') {
    throw new RuntimeFault('jinja/value', 'method must be common, ceil or floor');
  }
  return float(Math[method](number * 10 ** digits) / 10 ** digits);
}

function sum(value: Value, attribute?: Value, start: Value = 0): Value {
  const get = keyGetter(attribute, true);
  return items(value).reduce((total, one) => add(total, get(one)), start);
}

function fileSize(value: Value, binary?: Value): string {
  const bytes = toNumber(typeof value === 'string' ? Number(value) : value);
  const base = truth(isUndefined(binary) ? false : binary) ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${toText(Math.trunc(bytes))} Bytes`;
  const units =
    base === 1024
      ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
      : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  const power = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(base)));
  const scaled = bytes / base ** power;
  return `${floatText(roundHalfEven(scaled, 1))} ${units[power - 1] ?? ''}`;
}
