import { typeFault } from '../error.ts';
import { typeName } from './type.ts';
import type { Value } from './value.ts';

/** str.join(): of texts only. */
export function join(separator: string, parts: readonly Value[]): string {
  for (const [index, part] of parts.entries()) {
    if (typeof part !== 'string') {
      const message = `sequence item ${index}: expected str instance, ${typeName(part)} found`;
      throw typeFault(message, 'The join filter takes any values: {{ values | join(", ") }}.');
    }
  }
  return parts.join(separator);
}
