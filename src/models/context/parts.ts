import { type Callable, isUndefined, type Scope, type StaticPart, toText, type Value } from '../../jinja/jinja.ts';

/** What a template may name and still be read without being rendered. */
const PLAIN: ReadonlySet<string> = new Set(['ref', 'source', 'config', 'var', 'this']);

/**
 * What a template of these parts renders to; undefined when it names something else than what every model may, or when a
 * call fails: rendering then tells where.
 */
export function textOfParts(parts: readonly StaticPart[], scope: Scope): string | undefined {
  let text = '';
  try {
    for (const part of parts) {
      const value = typeof part === 'string' ? part : partValue(part, scope);
      if (isUndefined(value) || value instanceof Promise) return undefined;
      text += typeof value === 'string' ? value : toText(value);
    }
  } catch {
    return undefined;
  }
  return text;
}

function partValue(part: Exclude<StaticPart, string>, scope: Scope): Value {
  if (!PLAIN.has(part.name)) return undefined;
  const value = scope[part.name];
  if (!('positional' in part)) return value;
  return typeof value === 'function' ? (value as Callable)(part.positional, part.keywords) : undefined;
}
