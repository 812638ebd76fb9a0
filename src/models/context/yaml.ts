import { parseTemplate, renderNativeSync, type Scope, type Value } from '../../jinja/jinja.ts';
import { isMap } from '../yaml.ts';

/** Renders every text of a YAML value that has a template in it; a text that is one `{{ expression }}` gives its value. */
export function renderYaml(value: unknown, scope: Scope, file: string): Value {
  if (typeof value === 'string') {
    if (!value.includes('{{') && !value.includes('{%')) return value;
    return renderNativeSync(parseTemplate(value, file), scope);
  }
  if (Array.isArray(value)) return value.map((item) => renderYaml(item, scope, file));
  if (isMap(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderYaml(item, scope, file)]));
  }
  return value;
}
