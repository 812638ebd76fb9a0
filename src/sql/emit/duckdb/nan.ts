import type { BoundExpression } from '../../bound.ts';

/** Whether a value may be NaN, which GoogleSQL finds unequal to everything and DuckDB equal to itself and largest. */
export function mayBeNaN(node: BoundExpression | undefined): boolean {
  if (node?.type.kind !== 'FLOAT64') return false;
  if (node.kind === 'literal') return String(node.value) === 'NaN';
  return node.kind !== 'cast' || node.operand.type.kind === 'FLOAT64' || node.operand.type.kind === 'STRING';
}
