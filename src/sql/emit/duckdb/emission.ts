import type { BoundExpression } from '../../bound.ts';
import { emitAside } from './aside.ts';

export type CallNode = Extract<BoundExpression, { kind: 'call' }>;
export type AggregateNode = Extract<BoundExpression, { kind: 'aggregate' }>;

/** How a function is written: a text in which `$1` is the first argument and `$*` are all, or a function of the arguments. */
export type Emission = string | ((args: readonly string[], node: CallNode) => string);
/** Rows of a function's name, with ` BYTES` behind it for the one of bytes, and how it is written. */
export type Emissions = Readonly<Record<string, Emission>>;

export function applyEmission(emission: Emission, args: readonly string[], node: CallNode): string {
  const value = written(emission, args, node);
  // An emission may name an argument several times. Nested deeply that doubles a text over and over, so a long
  // one is evaluated once, in a list of one element. (DuckDB finds equal expressions itself in short texts.)
  const length = args.reduce((sum, arg) => sum + arg.length, 0);
  if (value.length < LONG || value.length < 1.5 * length) return value;
  return emitAside(
    args,
    (index) => (args[index] ?? '').length > 200,
    (texts) => written(emission, texts, node),
  );
}

/** Characters from which on a text is long. */
const LONG = 8_000;

function written(emission: Emission, args: readonly string[], node: CallNode): string {
  if (typeof emission === 'function') return emission(args, node);
  return emission.replace(/\$(\d|\*)/g, (_all, which: string) =>
    which === '*' ? args.join(', ') : (args[Number(which) - 1] ?? 'NULL'),
  );
}

/** The text of an argument that is a constant string; undefined for any other. */
export function constantText(node: CallNode, index: number): string | undefined {
  const argument = node.arguments[index];
  if (argument?.kind !== 'literal' || argument.type.kind !== 'STRING') return undefined;
  return typeof argument.value === 'string' ? argument.value : undefined;
}

/** The type of an argument, for emissions that differ by it. */
export function argumentKind(node: CallNode, index: number): string {
  return node.arguments[index]?.type.kind ?? '';
}
