import type { Fault } from '../base/fault.ts';
import type { Script } from './ast/statement.ts';
import { TOO_DEEP, withinStack } from './depth.ts';
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
  const faulty = (fault: Fault) => ({ script: { statements: [] }, faults: [fault] });
  try {
    return withinStack(
      () => {
        const { statements, faults } = parseScriptStatements(new Cursor(source, lex(source)));
        return { script: { statements }, faults };
      },
      () => faulty(source.fault('sql/too-deep', { start: 0, end: 0 }, TOO_DEEP)),
    );
  } catch (error) {
    if (error instanceof SqlFault) return faulty(error.fault);
    throw error;
  }
}
