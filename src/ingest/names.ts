import { ArcosError } from '../base/errors.ts';

/** What the names of datasets, tables and columns are made of, as the city's manual has it. */
const NAME = /^[a-z][a-z0-9_]*$/;
const LONGEST = 300;

/** Throws INVALID for a name that the city's manual does not allow, with one that it does. */
export function checkName(kind: 'dataset' | 'table' | 'column' | 'partition key', name: string): void {
  if (NAME.test(name) && name.length <= LONGEST) return;
  const suggestion = suggestName(name);
  throw new ArcosError('INVALID', `"${name}" cannot be the name of a ${kind}: use small letters, digits and _`, {
    ...(NAME.test(suggestion) ? { hint: `Call it "${suggestion}".` } : {}),
  });
}

/** Throws INVALID for columns that are not named well, or twice. */
export function checkColumns(columns: readonly string[], partitionKeys: readonly string[]): void {
  if (columns.length === 0) {
    throw new ArcosError('INVALID', 'The table has no columns', { hint: 'Name them in `columns`.' });
  }
  for (const column of columns) checkName('column', column);
  for (const key of partitionKeys) checkName('partition key', key);
  const seen = new Set<string>();
  for (const name of [...columns, ...partitionKeys]) {
    if (seen.has(name)) {
      throw new ArcosError('INVALID', `"${name}" is there twice among the columns and partition keys`, {
        hint: 'A partition key is a column of its own: leave it out of `columns`.',
      });
    }
    seen.add(name);
  }
}

/** The nearest allowed name: without accents, in small letters, anything else as `_`. */
export function suggestName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^(?=\d)/, '_')
    .slice(0, LONGEST);
}
