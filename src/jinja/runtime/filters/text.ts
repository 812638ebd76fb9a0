import { typeFault } from '../../error.ts';
import { truth } from '../compare.ts';
import { formatPercent } from '../format/percent.ts';
import { length } from '../iterate.ts';
import { capitalize } from '../methods/case.ts';
import { strip } from '../methods/strip.ts';
import { toIndex } from '../number.ts';
import { natives, type Rest } from '../signature.ts';
import { toText } from '../text.ts';
import { isUndefined, Tuple, type Value } from '../value.ts';

export const TEXT_FILTERS = natives({
  upper: ['value', (value: Value) => toText(value).toUpperCase()],
  lower: ['value', (value: Value) => toText(value).toLowerCase()],
  capitalize: ['value', (value: Value) => capitalize(toText(value))],
  title: ['value', (value: Value) => titled(toText(value))],
  trim: ['value chars?', (value: Value, characters?: Value) => strip(toText(value), characters, true, true)],
  replace: ['value old new count?', replace],
  format: ['value *', format],
  center: ['value width?', (value: Value, width: Value = 80) => center(toText(value), toIndex(width))],
  indent: ['value width? first? blank?', indent],
  wordcount: ['value', (value: Value) => toText(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0],
  wordwrap: ['value width? break_long_words? wrapstring? break_on_hyphens?', wordWrap],
  truncate: ['value length? killwords? end? leeway?', truncate],
});

/** Unlike str.title(): only after white space, hyphens and opening brackets. */
function titled(text: string): string {
  return text
    .split(/([-\s({[<]+)/u)
    .map((part) => capitalize(part))
    .join('');
}

function replace(value: Value, old: Value, by: Value, count?: Value): string {
  let rest = isUndefined(count) || count === null ? Number.POSITIVE_INFINITY : toIndex(count);
  if (rest < 0) rest = Number.POSITIVE_INFINITY;
  return toText(value).replaceAll(toText(old), (found) => (rest-- > 0 ? toText(by) : found));
}

function format(value: Value, { positional, keywords }: Rest): string {
  const isNamed = Object.keys(keywords).length > 0;
  if (isNamed && positional.length > 0) {
    throw typeFault("can't handle positional and keyword arguments at the same time");
  }
  return formatPercent(toText(value), isNamed ? { ...keywords } : Tuple.copy(positional));
}

function center(text: string, width: number): string {
  const short = Math.max(0, width - length(text));
  const left = Math.floor(short / 2) + (short & width & 1);
  return ' '.repeat(left) + text + ' '.repeat(short - left);
}

function indent(value: Value, width: Value = 4, first?: Value, blank?: Value): string {
  const by = typeof width === 'string' ? width : ' '.repeat(toIndex(width));
  const [head = '', ...rest] = toText(value).split('\n');
  const lines = rest.map((line) => (line !== '' || truth(blank) ? by + line : line));
  return [(truth(first) ? by : '') + head, ...lines].join('\n');
}

function truncate(value: Value, most: Value = 255, kill?: Value, end: Value = '...', leeway: Value = 5): string {
  const text = toText(value);
  const [limit, tail] = [toIndex(most), toText(end)];
  if (text.length <= limit + toIndex(leeway)) return text;
  const cut = text.slice(0, limit - tail.length);
  if (truth(kill)) return cut + tail;
  const space = cut.lastIndexOf(' ');
  return (space < 0 ? cut : cut.slice(0, space)) + tail;
}

function wordWrap(value: Value, width: Value = 79, breaks: Value = true, wrap?: Value, hyphens: Value = true): string {
  const limit = toIndex(width);
  const separator = isUndefined(wrap) || wrap === null ? '\n' : toText(wrap);
  const lines = toText(value).split('\n');
  return lines.map((line) => wrapped(line, limit, truth(breaks), truth(hyphens)).join(separator)).join(separator);
}

/** Words, and the spaces between them, laid out greedily; spaces at the ends of lines are dropped. */
function wrapped(line: string, width: number, breaks: boolean, hyphens: boolean): string[] {
  const pattern = hyphens ? /(\s+)|(?<=[\p{L}\p{N}]-)(?=\p{L})/u : /(\s+)/u;
  const chunks = line.split(pattern).filter((chunk) => chunk !== undefined && chunk !== '');
  const lines: string[] = [];
  let current = '';
  const flush = (): void => {
    if (current.trimEnd() !== '') lines.push(current.trimEnd());
    current = '';
  };
  for (const chunk of chunks) {
    let rest = chunk;
    while (current.length + rest.length > width) {
      if (breaks && rest.length > width && rest.trim() !== '') {
        const room = width - current.length;
        current += rest.slice(0, room);
        rest = rest.slice(room);
      } else if (current === '') {
        break;
      }
      flush();
    }
    if (current !== '' || lines.length === 0 || rest.trim() !== '') current += rest;
  }
  flush();
  return lines;
}
