import type { Script, Statement } from '../sql/parse.ts';

/** A statement, with the temporary functions that are made for it before it. */
export interface Single {
  readonly functions: readonly Statement[];
  readonly statement: Statement;
}

/** Undefined for a text that is a script: several statements, or control flow. */
export function singleOf({ statements }: Script): Single | undefined {
  const functions = statements.slice(0, -1);
  const statement = statements.at(-1);
  if (statement === undefined || !functions.every(isTemporaryFunction)) return undefined;
  return isTemporaryFunction(statement) || isScripting(statement) ? undefined : { functions, statement };
}

function isTemporaryFunction(statement: Statement): boolean {
  return statement.kind === 'create_function' && statement.temporary;
}

const SCRIPTING: ReadonlySet<Statement['kind']> = new Set([
  'declare',
  'set',
  'if',
  'case_statement',
  'loop',
  'while',
  'repeat',
  'for',
  'break',
  'continue',
  'block',
  'raise',
  'return',
  'call',
  'execute_immediate',
  'begin_transaction',
  'commit',
  'rollback',
  'assert',
]);

function isScripting(statement: Statement): boolean {
  return SCRIPTING.has(statement.kind) || (statement.kind === 'create_table' && statement.temporary);
}
