import { parseSignatures, type Signature } from './signature.ts';

export type FunctionKind = 'scalar' | 'aggregate' | 'window';

/** A function of GoogleSQL: what it takes and gives, and one line for completion and the reference. */
export interface FunctionDefinition {
  readonly name: string;
  readonly family: string;
  readonly kind: FunctionKind;
  readonly signatures: readonly Signature[];
  readonly doc: string;
}

/** Rows of name, signatures and doc line. */
export type FunctionRows = Readonly<Record<string, readonly [signatures: string, doc: string]>>;

export function define(family: string, rows: FunctionRows, kind: FunctionKind = 'scalar'): FunctionDefinition[] {
  return Object.entries(rows).map(([name, [signatures, doc]]) => ({
    name,
    family,
    kind,
    signatures: parseSignatures(signatures),
    doc,
  }));
}
