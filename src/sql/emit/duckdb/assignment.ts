import type { BoundAssignment } from '../../bound.ts';
import { emitExpression } from './expression.ts';
import { quoteName } from './name.ts';

export function emitAssignments(assignments: readonly BoundAssignment[]): string {
  return assignments.map(({ column, value }) => `${quoteName(column)} = ${emitExpression(value)}`).join(', ');
}
