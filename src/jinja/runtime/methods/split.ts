import { typeFault, valueFault } from '../../error.ts';
import { truth } from '../compare.ts';
import { toIndex } from '../number.ts';
import { natives } from '../signature.ts';
import { typeName } from '../type.ts';
import { isUndefined, Tuple, type Value } from '../value.ts';

function separatorOf(value: Value): string | undefined {
  if (isUndefined(value) || value === null) return undefined;
  if (typeof value !== 'string') throw typeFault(`must be str or None, not ${typeName(value)}`);
  if (value === '') throw valueFault('empty separator');
  return value;
}

function limitOf(value: Value): number {
  const limit = isUndefined(value) ? -1 : toIndex(value);
  return limit < 0 ? Number.POSITIVE_INFINITY : limit;
}

function split(text: string, sep?: Value, most?: Value): string[] {
  const [separator, limit] = [separatorOf(sep), limitOf(most)];
  if (separator === undefined) return splitSpace(text.trimStart(), limit);
  const parts = text.split(separator);
  return parts.length <= limit + 1 ? parts : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

function splitSpace(text: string, limit: number): string[] {
  const parts: string[] = [];
  let rest = text;
  while (rest !== '') {
    const gap = parts.length < limit ? /\s+/u.exec(rest) : null;
    if (gap === null) {
      parts.push(rest);
      break;
    }
    parts.push(rest.slice(0, gap.index));
    rest = rest.slice(gap.index + gap[0].length);
  }
  return parts;
}

function rsplit(text: string, sep?: Value, most?: Value): string[] {
  const [separator, limit] = [separatorOf(sep), limitOf(most)];
  if (separator !== undefined) {
    const parts = text.split(separator);
    const joined = parts.length - limit;
    return joined <= 1 ? parts : [parts.slice(0, joined).join(separator), ...parts.slice(joined)];
  }
  const words = [...text.matchAll(/\S+/gu)];
  if (words.length <= limit) return words.map(([word]) => word);
  const kept = limit === 0 ? [] : words.slice(-limit);
  const end = kept[0]?.index ?? text.length;
  return [text.slice(0, end).trimEnd(), ...kept.map(([word]) => word)];
}

function partition(last: boolean) {
  return (text: string, sep: Value): Tuple => {
    const separator = separatorOf(sep) ?? '';
    const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) return Tuple.copy(last ? ['', '', text] : [text, '', '']);
    return Tuple.copy([text.slice(0, at), separator, text.slice(at + separator.length)]);
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Python ends lines at the separators 1C to 1E too
const LINE = /([^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*)(\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]|$)/gu;

function splitLines(text: string, keep?: Value): string[] {
  const lines = Array.from(text.matchAll(LINE), ([whole, line = '']) => (truth(keep) ? whole : line));
  // The match at the very end stands for no line.
  return lines
    .slice(0, -1)
    .concat(/[^\n\r\v\f\u2028\u2029]$/u.test(text) && lines.at(-1) !== '' ? lines.slice(-1) : []);
}

export const SPLIT_METHODS = natives({
  split: ['sep? maxsplit?', split],
  rsplit: ['sep? maxsplit?', rsplit],
  splitlines: ['keepends?', splitLines],
  partition: ['sep', partition(false)],
  rpartition: ['sep', partition(true)],
});
