import type { Fault } from '../base/fault.ts';
import type { Script } from './ast/statement.ts';
import { lex } from './lex.ts';
import { Cursor } from './parse/cursor.ts';
import { parseScriptStatements } from './parse/script.ts';
import { Source, SqlFault } from './source.ts';

export type { Expression } from './ast/expression.ts';
export type { Query } from './ast/query.ts';
export type { CreateMode, Script, Statement } from './ast/statement.ts';

/** A GoogleSQL text as a syntax tree. Statements with faults are left out of the script and told in `faults`. */
export function parseScript(
  text: string,
  options: { file?: string } = {},
): { script: Script; faults: readonly Fault[] } {
  const source = new Source(text, options.file);
  try {
    const { statements, faults } = parseScriptStatements(new Cursor(source, lex(source)));
    return { script: { statements }, faults };
  } catch (error) {
    if (error instanceof SqlFault) return { script: { statements: [] }, faults: [error.fault] };
    throw error;
  }
}
