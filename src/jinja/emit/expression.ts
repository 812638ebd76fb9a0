import { nearest } from '../../base/nearest.ts';
import { isIndexLike } from '../runtime/dict.ts';
import { FILTERS } from '../runtime/filters.ts';
import { LOOP_MEMBERS } from '../runtime/loop.ts';
import { TESTS } from '../runtime/tests.ts';
import type { Arguments, Expression } from '../syntax/ast.ts';
import type { TemplateSource } from '../syntax/source.ts';
import type { Frame } from './frame.ts';

/** What all code of one unit shares. */
export interface Unit {
  readonly source: TemplateSource;
  /** Whether calls may answer with promises. */
  readonly async: boolean;
}

const OPERATIONS = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '//': 'floorDivide',
  '%': 'modulo',
  '**': 'power',
};
const COMPARISONS = {
  '==': 'equal',
  '!=': 'notEqual',
  '<': 'less',
  '<=': 'lessOrEqual',
  '>': 'greater',
  '>=': 'greaterOrEqual',
  in: 'isIn',
  'not in': 'isNotIn',
};

/**
 * The JavaScript of an expression. Texts of the template enter it as JSON strings only; names never do. An operation
 * that can fault takes `$at=offset` as its last argument: arguments are evaluated in order, so the place is set after
 * the operands ran and right before the operation does.
 */
export function emitExpression(unit: Unit, frame: Frame, node: Expression): string {
  const emit = (inner: Expression): string => emitExpression(unit, frame, inner);
  const at = `$at=${node.at}`;
  switch (node.kind) {
    case 'literal':
      return JSON.stringify(node.value);
    case 'number':
      return number(node.text, node.float);
    case 'name':
      return emitName(frame, node.name);
    case 'list':
      return `[${node.items.map(emit).join(',')}]`;
    case 'tuple':
      return `rt.tuple([${node.items.map(emit).join(',')}])`;
    case 'dict':
      return emitDict(node.pairs, emit, at);
    case 'attribute':
      return emitAttribute(frame, node.of, node.name, emit, at);
    case 'item':
      return `rt.item(${emit(node.of)},${emit(node.key)},${at})`;
    case 'slice': {
      const bounds = [node.start, node.stop, node.step].map((bound) => (bound === undefined ? 'null' : emit(bound)));
      return `rt.slice(${emit(node.of)},${bounds.join(',')},${at})`;
    }
    case 'call':
      return emitCall(unit, frame, node);
    case 'filter':
    case 'test':
      return emitNamed(unit, node, node.of === undefined ? '""' : emit(node.of), emit);
    case 'unary':
      if (node.operator === 'not') return `!${emitCondition(unit, frame, node.of)}`;
      return `rt.${node.operator === '-' ? 'negate' : 'plus'}(${emit(node.of)},${at})`;
    case 'binary':
      return `rt.${OPERATIONS[node.operator]}(${emit(node.left)},${emit(node.right)},${at})`;
    case 'logical': {
      const kept = frame.function.temporary();
      const test = `rt.truth(${kept}=${emit(node.left)})`;
      return node.operator === 'and'
        ? `(${test}?${emit(node.right)}:${kept})`
        : `(${test}?${kept}:${emit(node.right)})`;
    }
    case 'concat':
      return `(${node.parts.map((part) => emitText(part, emit)).join('+')})`;
    case 'compare':
      return emitCompare(frame, node, emit);
    case 'conditional': {
      const otherwise = node.otherwise === undefined ? 'rt.skipped' : emit(node.otherwise);
      return `(${emitCondition(unit, frame, node.test)}?${emit(node.then)}:${otherwise})`;
    }
  }
}

/** A JavaScript condition: what Python's bool() gives. */
export function emitCondition(unit: Unit, frame: Frame, node: Expression): string {
  if (node.kind === 'logical') {
    const [left, right] = [node.left, node.right].map((side) => emitCondition(unit, frame, side));
    return `(${left}${node.operator === 'and' ? '&&' : '||'}${right})`;
  }
  const code = emitExpression(unit, frame, node);
  const known = node.kind === 'compare' || node.kind === 'test' || (node.kind === 'unary' && node.operator === 'not');
  return known ? code : `rt.truth(${code})`;
}

/** The variable or lookup of a name. */
export function emitName(frame: Frame, name: string): string {
  const variable = frame.find(name);
  if (variable !== undefined) return variable;
  return name === 'context' ? 'rt.context(scope,$exported)' : `rt.lookup(scope,${JSON.stringify(name)})`;
}

function number(text: string, float: boolean): string {
  const value = Number(text);
  if (float) return Number.isInteger(value) ? `rt.float(${value})` : String(value);
  return Number.isSafeInteger(value) ? String(value) : `${BigInt(text)}n`;
}

type Emit = (node: Expression) => string;

/** A literal of plain text keys is an object literal; others go through the runtime, which keeps Python's keys. */
function emitDict(pairs: readonly (readonly [Expression, Expression])[], emit: Emit, at: string): string {
  const plain = pairs.every(
    ([key]) =>
      key.kind === 'literal' && typeof key.value === 'string' && key.value !== '__proto__' && !isIndexLike(key.value),
  );
  if (plain) return `({${pairs.map(([key, value]) => `${emit(key)}:${emit(value)}`).join(',')}})`;
  return `rt.dict([${pairs.map(([key, value]) => `${emit(key)},${emit(value)}`).join(',')}],${at})`;
}

function emitAttribute(frame: Frame, of: Expression, name: string, emit: Emit, at: string): string {
  const object = emit(of);
  if (frame.isLoop(object) && LOOP_MEMBERS.has(name)) return `${object}.${name}`;
  return `rt.attribute(${object},${JSON.stringify(name)},${at})`;
}

function emitText(node: Expression, emit: Emit): string {
  if (node.kind === 'literal' && typeof node.value === 'string') return JSON.stringify(node.value);
  return `rt.text(${emit(node)})`;
}

function emitCompare(frame: Frame, node: Expression & { kind: 'compare' }, emit: Emit): string {
  let left = emit(node.first);
  const parts = node.rest.map(({ operator, right, at }, index) => {
    const isLast = index === node.rest.length - 1;
    const kept = isLast ? undefined : frame.function.temporary();
    const code = `rt.${COMPARISONS[operator]}(${left},${kept === undefined ? '' : `${kept}=`}${emit(right)},$at=${at})`;
    left = kept ?? '';
    return code;
  });
  return parts.length === 1 ? parts.join('') : `(${parts.join('&&')})`;
}

/** A chain of filters applied to `text`, the code of what stands innermost. */
export function emitFiltered(unit: Unit, frame: Frame, node: Expression, text: string): string {
  if (node.kind !== 'filter') return text;
  const of = node.of === undefined ? text : emitFiltered(unit, frame, node.of, text);
  return emitNamed(unit, node, of, (inner) => emitExpression(unit, frame, inner));
}

function emitNamed(unit: Unit, node: Expression & { kind: 'filter' | 'test' }, of: string, emit: Emit): string {
  const { kind, name } = node;
  const table = kind === 'filter' ? FILTERS : TESTS;
  if (!table.has(name)) {
    const known = nearest(name, table.keys());
    const hint = known === undefined ? undefined : `Did you mean '${known}'?`;
    throw unit.source.syntaxError(node.at, `no ${kind} named '${name}'`, hint);
  }
  const { positional, keywords } = emitArguments(node.arguments, emit, node.at);
  return `rt.${kind}(${JSON.stringify(name)},${of},${positional},${keywords},$at=${node.at})`;
}

/** `caller` is the code of a call block's caller. */
export function emitCall(unit: Unit, frame: Frame, node: Expression & { kind: 'call' }, caller?: string): string {
  const emit = (inner: Expression): string => emitExpression(unit, frame, inner);
  const { of } = node;
  const name = of.kind === 'attribute' ? of.name : undefined;
  const callee = of.kind === 'attribute' ? `${emit(of.of)},${JSON.stringify(name)}` : emit(of);
  const { positional, keywords } = emitArguments(node.arguments, emit, of.at, caller);
  const code = `rt.${name === undefined ? 'call' : 'callMember'}(${callee},${positional},${keywords},$at=${of.at})`;
  return unit.async ? `(($=${code}) instanceof rt.Promise?await $:$)` : code;
}

function emitArguments(
  given: Arguments,
  emit: Emit,
  at: number,
  caller?: string,
): { positional: string; keywords: string } {
  const positional = given.positional.map(emit);
  if (given.rest !== undefined) positional.push(`...rt.items(${emit(given.rest)},$at=${at})`);
  const keywords = given.keywords.map(([name, value]) => `[${JSON.stringify(name)}]:${emit(value)}`);
  if (given.keywordRest !== undefined) keywords.push(`...rt.keywords(${emit(given.keywordRest)},$at=${at})`);
  if (caller !== undefined) keywords.push(`caller:${caller}`);
  return {
    positional: `[${positional.join(',')}]`,
    keywords: keywords.length === 0 ? 'rt.none' : `{${keywords.join(',')}}`,
  };
}
