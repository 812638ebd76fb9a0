import { RuntimeFault, valueFault } from '../../error.ts';
import { attribute, item } from '../access.ts';
import { getKey } from '../dict.ts';
import { toPython, toText } from '../text.ts';
import { defined } from '../undefined.ts';
import { isUndefined, type Keywords, type Positional, type Value } from '../value.ts';
import { formatSpec } from './spec.ts';

/** str.format(): fields read members through the same one function as templates do. */
export function formatBraces(format: string, positional: Positional, keywords: Keywords): string {
  let next = 0;
  const render = (text: string, depth: number): string => {
    if (depth > 2) throw valueFault('Max string recursion exceeded');
    let out = '';
    let at = 0;
    while (at < text.length) {
      const one = text[at] ?? '';
      if ((one === '{' || one === '}') && text[at + 1] === one) {
        out += one;
        at += 2;
      } else if (one === '}') {
        throw valueFault("Single '}' encountered in format string");
      } else if (one === '{') {
        const end = fieldEnd(text, at);
        out += field(text.slice(at + 1, end), depth);
        at = end + 1;
      } else {
        out += one;
        at++;
      }
    }
    return out;
  };
  const field = (body: string, depth: number): string => {
    const [, path = '', conversion, spec = ''] = /^([^!:]*)(?:!([^:]*))?(?::([\s\S]*))?$/.exec(body) ?? [];
    const [, name = '', members = ''] = /^([^.[]*)([\s\S]*)$/.exec(path) ?? [];
    const key = name === '' ? String(next++) : name;
    let value = argument(key);
    for (const [, dotted, bracketed = ''] of members.matchAll(/\.([^.[]+)|\[([^\]]+)\]/g)) {
      const index = /^\d+$/.test(bracketed) ? Number(bracketed) : bracketed;
      value = defined(dotted === undefined ? item(value, index, false) : attribute(value, dotted, false));
    }
    if (conversion === 'r' || conversion === 'a') value = toPython(value);
    else if (conversion === 's') value = toText(value);
    return formatSpec(value, render(spec, depth + 1));
  };
  const argument = (key: string): Value => {
    if (/^\d+$/.test(key)) {
      const index = Number(key);
      if (index >= positional.length) throw new RuntimeFault('jinja/key', `format() has no argument ${index}`);
      return positional[index];
    }
    const value = getKey(keywords, key);
    if (isUndefined(value)) throw new RuntimeFault('jinja/key', `format() has no argument '${key}'`);
    return value;
  };
  return render(format, 0);
}

function fieldEnd(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  throw valueFault("expected '}' before end of string");
}
