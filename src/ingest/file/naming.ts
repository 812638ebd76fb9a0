import { ArcosError } from '../../base/errors.ts';
import { suggestName } from '../names.ts';

/** A column of a file and the name it gets in the table. */
export interface NamedColumn {
  readonly written: string;
  readonly name: string;
}

/**
 * Names that the city's manual allows for the columns of a file. Throws INVALID for a column without a name, and
 * for two that would get the same: which is which is for people to say.
 */
export function nameColumns(file: string, written: readonly string[], renames: Readonly<Record<string, string>>) {
  const columns = written.map((each, index): NamedColumn => {
    const name = renames[each] ?? suggestName(each);
    if (name === '') {
      throw new ArcosError('INVALID', `${file}: column ${index + 1} has no name`, {
        hint: 'Give it one in the file; a file without names is read with --no-header.',
      });
    }
    return { written: each, name };
  });
  const seen = new Map<string, NamedColumn>();
  for (const column of columns) {
    const before = seen.get(column.name);
    if (before !== undefined) {
      throw new ArcosError(
        'INVALID',
        `${file}: the columns "${before.written}" and "${column.written}" would both be called ${column.name}`,
        { hint: `Tell them apart: --rename "${column.written}=${column.name}_2".` },
      );
    }
    seen.set(column.name, column);
  }
  return columns;
}
