export interface Point {
  readonly label: string;
  readonly value: number;
}

/** Bars that can be told apart. */
const MOST = 60;

/** One point for each label, the values of equal labels added up, in the order of the rows. Pure. */
export function pointsOf(pairs: readonly (readonly [label: string, value: number])[]): Point[] {
  const sums = new Map<string, number>();
  for (const [label, value] of pairs) if (Number.isFinite(value)) sums.set(label, (sums.get(label) ?? 0) + value);
  return [...sums].slice(0, MOST).map(([label, value]) => ({ label, value }));
}
