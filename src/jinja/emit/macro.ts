import type { MacroNode } from '../syntax/ast.ts';
import { emitExpression, type Unit } from './expression.ts';
import { Frame, FunctionFrame } from './frame.ts';
import { namesBelow } from './names.ts';
import { emitScope } from './statement.ts';

/** Names a macro has beside its parameters, each only when its body uses it. */
const IMPLICIT = ['varargs', 'kwargs', 'caller'] as const;

/** The JavaScript of a macro, or of the caller that a call block is, as a value: `rt.macro(shape, body)`. */
export function emitMacro(
  unit: Unit,
  outer: Frame | undefined,
  node: MacroNode,
  of: 'macro' | 'block' = 'macro',
): string {
  const left = of === 'macro' ? 'left' : 'leftBlock';
  const owner = new FunctionFrame(outer?.function);
  const out = owner.fresh('o');
  const frame = new Frame(owner, outer, out);
  const used = namesBelow(node.body);
  const declared = new Set(node.parameters.map(({ name }) => name));
  const implicit = IMPLICIT.filter((name) => used.has(name) && !declared.has(name));
  const parameters = node.parameters.map((parameter, index) => {
    const given = `$p[${index}]`;
    const fallback =
      parameter.default === undefined
        ? `rt.missing(${JSON.stringify(parameter.name)})`
        : emitExpression(unit, frame, parameter.default);
    return `let ${frame.declare(parameter.name)}=${given}===undefined?${fallback}:${given};`;
  });
  const extras = implicit.map((name) => `let ${frame.declare(name)}=$p.${name};`);
  const body = emitScope(unit, frame, node.body);
  const shape = {
    name: node.name,
    parameters: node.parameters.map(({ name }) => name),
    ...Object.fromEntries(implicit.map((name) => [name, true])),
  };
  const code = `${owner.declarations()}try{let ${out}="";${parameters.join('')}${extras.join('')}${body}return ${out};}`;
  return `rt.macro(${JSON.stringify(shape)},${unit.async ? 'async ' : ''}($p)=>{${code}catch(e){return rt.${left}(e,source,$at,${node.at},${JSON.stringify(node.name)});}})`;
}
