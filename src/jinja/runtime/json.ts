import { typeFault } from '../error.ts';
import { entriesOf } from './dict.ts';
import { floatText, numeric } from './number.ts';
import { toText } from './text.ts';
import { typeName } from './type.ts';
import { HostObject, isDict, type Value } from './value.ts';

/** json.dumps(value): Python's spacing, ASCII only. Keys are sorted when `sorts`. */
export function toJson(value: Value, indent?: number, sorts = true): string {
  return write(value, indent, sorts, '\n');
}

function write(value: Value, indent: number | undefined, sorts: boolean, line: string): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return ascii(value);
  if (typeof value === 'boolean') return String(value);
  const number = numeric(value);
  if (number !== undefined) return 'int' in number ? String(number.int) : special(number.float);
  if (Array.isArray(value))
    return bracketed(
      '[]',
      value.map((one) => write(one, indent, sorts, deeper(line, indent))),
      indent,
      line,
    );
  if (isDict(value)) {
    const entries = entriesOf(value).map(([key, item]): [string, Value] => [keyText(key), item]);
    if (sorts) entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const parts = entries.map(([key, item]) => `${ascii(key)}: ${write(item, indent, sorts, deeper(line, indent))}`);
    return bracketed('{}', parts, indent, line);
  }
  if (value instanceof HostObject && value.protocol.json !== undefined) {
    return write(value.protocol.json(), indent, sorts, line);
  }
  throw typeFault(`Object of type ${typeName(value)} is not JSON serializable`);
}

function deeper(line: string, indent: number | undefined): string {
  return line + ' '.repeat(indent ?? 0);
}

function bracketed(brackets: string, parts: readonly string[], indent: number | undefined, line: string): string {
  const [open = '', close = ''] = brackets;
  if (parts.length === 0) return brackets;
  if (indent === undefined) return `${open}${parts.join(', ')}${close}`;
  return `${open}${deeper(line, indent)}${parts.join(`,${deeper(line, indent)}`)}${line}${close}`;
}

function keyText(key: Value): string {
  if (key === null) return 'null';
  return typeof key === 'boolean' ? String(key) : toText(key);
}

function special(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? floatText(value) : value > 0 ? 'Infinity' : '-Infinity';
}

function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
