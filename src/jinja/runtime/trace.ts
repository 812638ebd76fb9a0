import { JinjaError, RuntimeFault } from '../error.ts';
import type { TemplateSource } from '../syntax/source.ts';
import { MacroReturn } from './macro.ts';

/** Anything thrown while `source` was rendered, with the place it was thrown at; an error that has one keeps it. */
export function located(thrown: unknown, source: TemplateSource, at: number): JinjaError {
  if (thrown instanceof JinjaError) return thrown;
  if (thrown instanceof MacroReturn) {
    return new JinjaError(source.fault('jinja/return', at, 'return() stands outside of a macro'));
  }
  if (thrown instanceof RuntimeFault) {
    return new JinjaError(source.fault(thrown.code, at, thrown.message, thrown.hint));
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const hint = thrown instanceof Error && 'hint' in thrown && typeof thrown.hint === 'string' ? thrown.hint : undefined;
  return new JinjaError(source.fault('jinja/host', at, message, hint), [], thrown);
}

/** As `located`, where a macro is left: gives what it returns, or throws with the macro on the stack. */
export function left(thrown: unknown, source: TemplateSource, at: number, defined: number, name: string): unknown {
  if (thrown instanceof MacroReturn) return thrown.value;
  const error = located(thrown, source, at);
  const frame = `macro ${name} (${source.file}:${source.position(defined).line})`;
  throw new JinjaError(error.fault, [...error.macros, frame], error.cause);
}

/** As `left`, of a call block: what returns in it returns from the macro around it. */
export function leftBlock(thrown: unknown, source: TemplateSource, at: number, defined: number, name: string): unknown {
  if (thrown instanceof MacroReturn) throw thrown;
  return left(thrown, source, at, defined, name);
}
