import type { BoundExpression, OutputColumn } from '../bound.ts';
import type { ColumnInfo } from '../catalog.ts';
import type { SqlType } from '../type.ts';

/** The columns of a query with these expressions and names: keys are unique, whatever the names. */
export function outputColumns(
  items: readonly BoundExpression[],
  names: readonly (string | undefined)[],
): OutputColumn[] {
  const taken = new Set<string>();
  return items.map(({ type }, index) => {
    const name = names[index];
    const base = name ?? `_f${index}`;
    let key = base;
    for (let attempt = 1; taken.has(key.toLowerCase()); attempt++) key = `${base}_${attempt}`;
    taken.add(key.toLowerCase());
    return { ...(name === undefined ? {} : { name }), key, type };
  });
}

/** The result's columns as users see them: those without a name are f0_, f1_; a name again gets a number. */
export function resultColumns(columns: readonly { name?: string; type: SqlType }[]): ColumnInfo[] {
  const taken = new Set<string>();
  let anonymous = 0;
  return columns.map(({ name, type }) => {
    const base = name ?? `f${anonymous++}_`;
    let unique = base;
    for (let attempt = 1; taken.has(unique.toLowerCase()); attempt++) unique = `${base}_${attempt}`;
    taken.add(unique.toLowerCase());
    return { name: unique, type, nullable: true };
  });
}
