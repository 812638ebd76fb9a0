import type { BoundExpression } from '../../bound.ts';
import type { CallNode } from './emission.ts';
import { emitExpression } from './expression.ts';
import { failure } from './failure.ts';

const OPERATORS: ReadonlySet<string> = new Set(['+', '-', '*']);

/** Whether a node is a sum, difference or product of FLOAT64. */
export function isFloatArithmetic(node: CallNode): boolean {
  return node.type.kind === 'FLOAT64' && OPERATORS.has(node.name);
}

/**
 * Sums and products of FLOAT64: an infinity or NaN that no operand was is an overflow, which is an error
 * (GoogleSQL, Operators). It stays one through the whole chain, so that only the outermost operation looks.
 */
export function emitFloatArithmetic(node: CallNode): string {
  const operands: string[] = [];
  const write = (part: BoundExpression): string => {
    if (part.kind === 'call' && isFloatArithmetic(part)) return `(${part.arguments.map(write).join(` ${part.name} `)})`;
    const text = emitExpression(part);
    if (!surelyFinite(part)) operands.push(text);
    return text;
  };
  const value = write(node);
  const known = [...new Set(operands)].map((operand) => ` AND isfinite(${operand})`).join('');
  const overflow = failure(node.type, `Floating point error in function: ${node.name}: overflow`);
  return `CASE WHEN NOT isfinite(${value})${known} THEN ${overflow} ELSE ${value} END`;
}

/** Whether an operand is sure to be a number: a constant, or one of a type that knows no infinity. */
function surelyFinite(node: BoundExpression): boolean {
  if (node.kind === 'literal') return Number.isFinite(Number(node.value));
  return node.kind === 'cast' && node.operand.type.kind !== 'FLOAT64' && node.operand.type.kind !== 'STRING';
}
