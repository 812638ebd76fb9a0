import type { Body, Expression, MacroNode, Statement } from '../syntax/ast.ts';
import { emitExpression, type Unit } from './expression.ts';
import { Frame, FunctionFrame } from './frame.ts';
import { emitMacro } from './macro.ts';
import { assignedNames, namesBelow, targetNames } from './names.ts';
import { emitScope } from './statement.ts';

/*
 * Each function here gives the body of a JavaScript function of `rt`, the runtime, `source`, the template's text, and
 * `scope`, the names of the host. The code reaches nothing else: every name in it is one of ours.
 */

/** Renders: a text, or a promise of one. */
export function emitTemplate(unit: Unit, body: Body): string {
  const owner = new FunctionFrame();
  const frame = new Frame(owner, undefined, 'o');
  const code = emitScope(unit, frame, body);
  const exported = [...assignedNames(body)].map(
    (name) => `[${JSON.stringify(name)}]:()=>${frame.find(name) ?? 'undefined'}`,
  );
  // `context` sees what the template has set, so its view of the top level comes last.
  return guarded(unit, owner, `let o="";const $exported={__proto__:null,${exported.join(',')}};${code}return o;`);
}

/** Gives the value of one expression, or a promise of it. */
export function emitValue(unit: Unit, value: Expression): string {
  const owner = new FunctionFrame();
  const code = emitExpression(unit, new Frame(owner, undefined, 'o'), value);
  return guarded(unit, owner, `const $exported=null;return ${code};`);
}

/**
 * Gives a macro as a callable, or a promise of it when `sets` are there: what its file's top level sets of the names it
 * uses. Other macros, and itself, it finds by the names the scope has for them, as dbt's overriding of macros wants it.
 */
export function emitBound(unit: Unit, macro: MacroNode, sets: Body): string {
  const owner = new FunctionFrame();
  const frame = new Frame(owner, undefined, 'o');
  const code = emitScope(unit, frame, sets);
  const callable = emitMacro(unit, frame, macro);
  if (sets.length === 0) return `"use strict";const $exported=null;return ${callable};`;
  return guarded(unit, owner, `let o="";const $exported=null;${code}return ${callable};`);
}

/** The top-level sets of a macro's file that it depends on. */
export function setsUsedBy(macro: MacroNode, file: Body): Body {
  const used = new Set(namesBelow(macro));
  const kept: Statement[] = [];
  for (const statement of file.toReversed()) {
    if (statement.kind !== 'set' && statement.kind !== 'set block') continue;
    if (!targetNames(statement.target).some((name) => used.has(name))) continue;
    for (const name of namesBelow(statement)) used.add(name);
    kept.push(statement);
  }
  return kept.toReversed();
}

function guarded(unit: Unit, owner: FunctionFrame, code: string): string {
  const body = `${owner.declarations()}try{${code}}catch(e){throw rt.located(e,source,$at);}`;
  return `"use strict";return ${unit.async ? '(async()=>' : '(()=>'}{${body}})();`;
}
