import type { BoundExpression, OutputColumn } from '../bound.ts';

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
