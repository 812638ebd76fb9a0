import type { Body, Expression, ForNode, Statement, Target } from '../syntax/ast.ts';
import { emitCall, emitCondition, emitExpression, emitFiltered, emitName, type Unit } from './expression.ts';
import { Frame, FunctionFrame } from './frame.ts';
import { emitMacro } from './macro.ts';
import { assignedNames, namesBelow } from './names.ts';

/** The statements of a scope's body, after the declarations of the names it assigns. */
export function emitScope(unit: Unit, frame: Frame, body: Body): string {
  const declared = [...assignedNames(body)]
    .filter((name) => frame.own(name) === undefined)
    .map((name) => {
      // A name starts with what it means outside; assigning it here leaves the outside as it is.
      const outside = emitName(frame, name);
      return `let ${frame.declare(name)}=${outside};`;
    });
  return declared.join('') + emitBody(unit, frame, body);
}

function emitBody(unit: Unit, frame: Frame, body: Body): string {
  return body.map((statement) => emitStatement(unit, frame, statement)).join('');
}

function emitStatement(unit: Unit, frame: Frame, node: Statement): string {
  const emit = (inner: Expression): string => emitExpression(unit, frame, inner);
  switch (node.kind) {
    case 'data':
      return `${frame.out}+=${JSON.stringify(node.text)};`;
    case 'output':
      return `${frame.out}+=rt.text(${emit(node.value)});`;
    case 'do':
      return `${emit(node.value)};`;
    case 'if': {
      const branches = node.branches.map(
        ({ test, body }) => `if(${emitCondition(unit, frame, test)}){${emitBody(unit, frame, body)}}`,
      );
      const otherwise = node.otherwise.length === 0 ? '' : `else{${emitBody(unit, frame, node.otherwise)}}`;
      return branches.join('else ') + otherwise;
    }
    case 'for':
      return emitFor(unit, frame, node);
    case 'set':
      return emitAssignment(frame, node.target, emit(node.value));
    case 'set block': {
      const captured = emitCapture(unit, frame, node.body, node.filter);
      return `${captured.code}${emitAssignment(frame, node.target, captured.value)}`;
    }
    case 'with': {
      const inner = new Frame(frame.function, frame, frame.out);
      const pairs = node.pairs.map(([target, value]) => emitDeclaration(inner, target, emit(value)));
      return `{${pairs.join('')}${emitScope(unit, inner, node.body)}}`;
    }
    case 'filter block': {
      const captured = emitCapture(unit, frame, node.body, node.filter);
      return `${captured.code}${frame.out}+=rt.text(${captured.value});`;
    }
    case 'call block': {
      const { call } = node;
      if (call.kind !== 'call') return '';
      return `${frame.out}+=rt.text(${emitCall(unit, frame, call, emitMacro(unit, frame, node.caller, 'block'))});`;
    }
    case 'macro':
      return `${frame.declare(node.name)}=${emitMacro(unit, frame, node)};`;
    case 'break':
    case 'continue':
      return `${node.kind};`;
    case 'custom':
      return '';
  }
}

/** Statements that gather a body's output in a variable, and the expression of its filtered text. */
function emitCapture(
  unit: Unit,
  frame: Frame,
  body: Body,
  filter: Expression | undefined,
): { readonly code: string; readonly value: string } {
  const out = frame.function.fresh('o');
  const inner = new Frame(frame.function, frame, out);
  const code = `let ${out}="";{${emitScope(unit, inner, body)}}`;
  return { code, value: filter === undefined ? out : emitFiltered(unit, frame, filter, out) };
}

/** Assigns to variables that are declared already. */
function emitAssignment(frame: Frame, target: Target, value: string): string {
  if (target.kind === 'name') return `${frame.declare(target.name)}=${value};`;
  if (target.kind === 'member') {
    return `rt.setMember(${emitName(frame, target.object)},${JSON.stringify(target.name)},${value},$at=${target.at});`;
  }
  const items = frame.function.fresh('u');
  const parts = target.items.map((item, index) => emitAssignment(frame, item, `${items}[${index}]`));
  return `const ${items}=rt.unpack(${value},${target.items.length},$at=${target.at});${parts.join('')}`;
}

/** Declares and assigns the names of a target. */
function emitDeclaration(frame: Frame, target: Target, value: string): string {
  if (target.kind === 'name') return `let ${frame.declare(target.name)}=${value};`;
  if (target.kind === 'member') return emitAssignment(frame, target, value);
  const items = frame.function.fresh('u');
  const parts = target.items.map((item, index) => emitDeclaration(frame, item, `${items}[${index}]`));
  return `const ${items}=rt.unpack(${value},${target.items.length},$at=${target.at});${parts.join('')}`;
}

function emitFor(unit: Unit, frame: Frame, node: ForNode): string {
  const iterable = `rt.items(${emitExpression(unit, frame, node.iterable)},$at=${node.iterable.at})`;
  if (!node.recursive) {
    const items = frame.function.fresh('i');
    return `{const ${items}=${iterable};${emitLoop(unit, frame, node, items, '0', 'undefined')}}`;
  }
  // A recursive loop is a function of its items, which `loop(items)` calls again.
  const owner = new FunctionFrame(frame.function);
  const [again, items, depth, out] = ['r', 'i', 'd', 'o'].map((prefix) => owner.fresh(prefix)) as [
    string,
    string,
    string,
    string,
  ];
  const body = emitLoop(unit, new Frame(owner, frame, out), node, items, depth, again);
  const head = `const ${again}=${unit.async ? 'async ' : ''}(${items},${depth})=>{${owner.locals()}let ${out}="";`;
  return `{${head}${body}return ${out};};${frame.out}+=${unit.async ? 'await ' : ''}${again}(${iterable},0);}`;
}

function emitLoop(unit: Unit, frame: Frame, node: ForNode, all: string, depth: string, again: string): string {
  const owner = frame.function;
  let items = all;
  let code = '';
  if (node.test !== undefined) {
    const tested = new Frame(owner, frame, frame.out);
    const one = owner.fresh('x');
    const targets = emitDeclaration(tested, node.target, one);
    items = owner.fresh('i');
    const condition = emitCondition(unit, tested, node.test);
    code += `const ${items}=[];for(const ${one} of ${all}){${targets}if(${condition})${items}.push(${one});}`;
  }
  const inner = new Frame(owner, frame, frame.out);
  const usesLoop = node.recursive || namesBelow(node.body).has('loop');
  let step = '';
  if (usesLoop) {
    const loop = inner.declareLoop('loop');
    code += `const ${loop}=new rt.Loop(${items},${depth},${again});`;
    step = `${loop}.index0=`;
  }
  const index = owner.fresh('k');
  const target = emitDeclaration(inner, node.target, `${items}[${index}]`);
  const body = emitScope(unit, inner, node.body);
  code += `for(let ${index}=0;${index}<${items}.length;${index}++){${step === '' ? '' : `${step}${index};`}${target}${body}}`;
  if (node.otherwise.length === 0) return code;
  const otherwise = emitScope(unit, new Frame(owner, frame, frame.out), node.otherwise);
  return `${code}if(${items}.length===0){${otherwise}}`;
}
