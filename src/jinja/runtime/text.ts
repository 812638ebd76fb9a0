import { entriesOf } from './dict.ts';
import { floatText, isFloat } from './number.ts';
import { callableName, Float, HostObject, isCallable, isDict, isUndefined, Tuple, type Value } from './value.ts';

/** str(): how a value prints. Undefined prints as nothing. */
export function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (isUndefined(value)) return '';
  if (value instanceof HostObject && value.text !== undefined) return value.text();
  return toPython(value);
}

/** repr() */
export function toPython(value: Value): string {
  return represent(value, new Set());
}

/** `open` holds the containers around the value: one that holds itself prints as `[...]`. */
function represent(value: Value, open: Set<unknown>): string {
  if (value === null) return 'None';
  if (isUndefined(value)) return 'Undefined';
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return String(value);
    case 'number':
      return isFloat(value) ? floatText(value) : String(value);
    case 'function':
      return isCallable(value) ? `<function ${callableName(value)}>` : '<function>';
    default:
  }
  if (value instanceof Float) return floatText(value.value);
  if (value instanceof HostObject) return value.protocol.represent?.() ?? value.text?.() ?? `<${value.typeName}>`;
  if (Array.isArray(value)) return container(value, open, value instanceof Tuple ? '()' : '[]');
  return isDict(value) ? container(value, open, '{}') : '<object>';
}

function container(value: readonly Value[] | Record<string, Value>, open: Set<unknown>, brackets: string): string {
  const [left = '', right = ''] = brackets;
  if (open.has(value)) return `${left}...${right}`;
  open.add(value);
  const parts = Array.isArray(value)
    ? Array.from(value, (item: Value) => represent(item, open))
    : entriesOf(value as Record<string, Value>).map(
        ([key, item]) => `${represent(key, open)}: ${represent(item, open)}`,
      );
  open.delete(value);
  return `${left}${parts.join(', ')}${brackets === '()' && parts.length === 1 ? ',' : ''}${right}`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Characters repr() writes as escapes: controls, separators but the space, unassigned and private ones. */
const UNPRINTABLE = /[\\\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(UNPRINTABLE, escaped);
  return `${quote}${quote === "'" ? body.replaceAll("'", "\\'") : body}${quote}`;
}

function escaped(character: string): string {
  const simple = ESCAPES[character];
  if (simple !== undefined) return simple;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
