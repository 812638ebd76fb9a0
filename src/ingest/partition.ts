import { ArcosError } from '../base/errors.ts';
import type { Partition } from './rows.ts';

/** The folders of a partition, `ano_particao=2026/mes_particao=3`. Throws INVALID, naming the row and the fix. */
export function partitionFolder(partition: Partition, keys: readonly string[], row: number): string {
  const given = Object.keys(partition);
  if (given.length !== keys.length || !given.every((key) => keys.includes(key))) {
    throw new ArcosError(
      'INVALID',
      `Row ${row}: the partition has ${given.join(', ') || 'no keys'}, not ${keys.join(', ')}`,
    );
  }
  return keys.map((key) => `${key}=${valueText(partition[key], key, row)}`).join('/');
}

function valueText(value: string | number | undefined, key: string, row: number): string {
  const text = String(value ?? '');
  if (text === '' || text === 'NaN') {
    throw new ArcosError('INVALID', `Row ${row}: the partition key "${key}" has no value`, {
      hint: 'Leave such rows out, or give them a partition of their own, such as 0.',
    });
  }
  // A value is one folder's name, and people read it: anything a reader might unescape is refused.
  if (!/^[\p{L}\p{N} _.:+-]+$/u.test(text) || text === '.' || text === '..') {
    throw new ArcosError('INVALID', `Row ${row}: "${text}" cannot be the value of the partition key "${key}"`, {
      hint: 'Use letters, digits, space and _ . : + - only.',
    });
  }
  return text;
}
