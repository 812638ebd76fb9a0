import { typeFault, valueFault } from '../../error.ts';
import { formatBraces } from '../format/braces.ts';
import { characters, isAstral, items, length } from '../iterate.ts';
import { join } from '../join.ts';
import { toIndex } from '../number.ts';
import { natives, type Rest } from '../signature.ts';
import { typeName } from '../type.ts';
import { type Dict, isUndefined, type Value } from '../value.ts';
import { CASE_METHODS } from './case.ts';
import { SPLIT_METHODS } from './split.ts';
import { STRIP_METHODS } from './strip.ts';

/** An argument that must be a text. */
export function str(value: Value, name = 'argument'): string {
  if (typeof value === 'string') return value;
  throw typeFault(`${name} must be str, not ${typeName(value)}`);
}

function region(text: string, start: Value, stop: Value): { readonly part: string; readonly from: number } | undefined {
  if (isUndefined(start) && isUndefined(stop)) return { part: text, from: 0 };
  const all = isAstral(text) ? characters(text) : text;
  const bound = (value: Value, fallback: number): number => {
    if (isUndefined(value) || value === null) return fallback;
    const index = toIndex(value);
    return index < 0 ? Math.max(0, index + all.length) : index;
  };
  const [from, to] = [bound(start, 0), bound(stop, all.length)];
  if (from > all.length || from > to) return undefined;
  const part = all.slice(from, to);
  return { part: typeof part === 'string' ? part : part.join(''), from };
}

function find(last: boolean) {
  return (text: string, sub: Value, start?: Value, stop?: Value): number => {
    const known = region(text, start, stop);
    if (known === undefined) return -1;
    const wanted = str(sub);
    const at = last ? known.part.lastIndexOf(wanted) : known.part.indexOf(wanted);
    return at < 0 ? -1 : known.from + length(known.part.slice(0, at));
  };
}

function index(last: boolean) {
  return (text: string, sub: Value, start?: Value, stop?: Value): number => {
    const at = find(last)(text, sub, start, stop);
    if (at < 0) throw valueFault('substring not found');
    return at;
  };
}

function affix(matches: (text: string, affix: string) => boolean) {
  return (text: string, wanted: Value, start?: Value, stop?: Value): boolean => {
    const known = region(text, start, stop);
    const all = Array.isArray(wanted) ? wanted : [wanted];
    return known !== undefined && all.some((one) => matches(known.part, str(one)));
  };
}

function count(text: string, sub: Value, start?: Value, stop?: Value): number {
  const known = region(text, start, stop);
  if (known === undefined) return 0;
  const wanted = str(sub);
  return wanted === '' ? length(known.part) + 1 : known.part.split(wanted).length - 1;
}

function replace(text: string, old: Value, by: Value, most?: Value): string {
  const limit = isUndefined(most) ? -1 : toIndex(most);
  if (limit < 0) return text.replaceAll(str(old), () => str(by));
  let rest = limit;
  return text.replaceAll(str(old), (found) => (rest-- > 0 ? str(by) : found));
}

function pad(place: 'start' | 'end' | 'both') {
  return (text: string, width: Value, fill: Value = ' '): string => {
    const short = Math.max(0, toIndex(width) - length(text));
    const filler = str(fill);
    // Python puts the odd one of center() to the left when the width is odd.
    const left = place === 'start' ? short : place === 'end' ? 0 : Math.floor(short / 2) + (short & toIndex(width) & 1);
    return filler.repeat(left) + text + filler.repeat(short - left);
  };
}

function zfill(text: string, width: Value): string {
  const sign = /^[+-]/.test(text) ? text.slice(0, 1) : '';
  return sign + text.slice(sign.length).padStart(toIndex(width) - sign.length, '0');
}

/** The methods of Python's str. */
export const STR_METHODS = new Map([
  ...CASE_METHODS,
  ...SPLIT_METHODS,
  ...STRIP_METHODS,
  ...natives({
    find: ['sub start? end?', find(false)],
    rfind: ['sub start? end?', find(true)],
    index: ['sub start? end?', index(false)],
    rindex: ['sub start? end?', index(true)],
    count: ['sub start? end?', count],
    startswith: ['prefix start? end?', affix((text, one) => text.startsWith(one))],
    endswith: ['suffix start? end?', affix((text, one) => text.endsWith(one))],
    replace: ['old new count?', replace],
    join: ['iterable', (text: string, iterable: Value) => join(text, items(iterable))],
    center: ['width fillchar?', pad('both')],
    ljust: ['width fillchar?', pad('end')],
    rjust: ['width fillchar?', pad('start')],
    zfill: ['width', zfill],
    format: ['*', (text: string, { positional, keywords }: Rest) => formatBraces(text, positional, keywords)],
    format_map: ['mapping', (text: string, mapping: Dict) => formatBraces(text, [], mapping)],
    expandtabs: ['tabsize?', (text: string, size: Value = 8) => expandTabs(text, toIndex(size))],
  }),
]);

function expandTabs(text: string, size: number): string {
  return text.replace(/[^\n\r]+/g, (line) =>
    line.split('\t').reduce((done, part) => done + ' '.repeat(size - (done.length % size)) + part),
  );
}
