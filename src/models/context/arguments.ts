import { parseTemplate, renderNative, renderNativeSync, type Scope, type Value } from '../../jinja/jinja.ts';
import { isMap } from '../yaml.ts';

/** `to: ref('bairro')` in YAML is an expression without its braces. */
const CALL = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/s;

function templateOf(text: string): string | undefined {
  if (CALL.test(text)) return `{{ ${text.trim()} }}`;
  return text.includes('{{') || text.includes('{%') ? text : undefined;
}

/** Arguments of a generic test as its macro gets them. Throws JinjaError. */
export function testArgumentsSync(value: unknown, scope: Scope, file: string): Value {
  if (typeof value === 'string') {
    const template = templateOf(value);
    return template === undefined
      ? value
      : renderNativeSync(parseTemplate(template, file), scope, { chainUndefined: true });
  }
  if (Array.isArray(value)) return value.map((item) => testArgumentsSync(item, scope, file));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, testArgumentsSync(item, scope, file)]));
}

/** As `testArgumentsSync`, for scopes that ask the warehouse. */
export async function testArguments(value: unknown, scope: Scope, file: string): Promise<Value> {
  if (typeof value === 'string') {
    const template = templateOf(value);
    return template === undefined ? value : renderNative(parseTemplate(template, file), scope);
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => testArguments(item, scope, file)));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await testArguments(item, scope, file)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
