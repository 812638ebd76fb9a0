import { nearest } from '../../base/nearest.ts';
import type { Argument, Call, Expression } from '../ast/expression.ts';
import type { BoundAggregate, BoundExpression, BoundPart } from '../bound.ts';
import type { FunctionDefinition } from '../functions/define.ts';
import { FUNCTIONS, lookupFunction } from '../functions/lookup.ts';
import { type Match, type MatchArgument, matchSignature, parameterAt } from '../functions/signature.ts';
import { whyUnavailable } from '../functions/unavailable.ts';
import type { Span } from '../source.ts';
import { INT64, type SqlType, typeName } from '../type.ts';
import type { Binder, Place } from './binder.ts';
import { checkComparable } from './comparable.ts';
import { bindExpression } from './expression.ts';
import { coerce, coercible, convert, nullLiteral, text } from './make.ts';
import { bindOrder } from './order.ts';
import { bindRoutineCall, findRoutine } from './routine.ts';
import { Scope } from './scope.ts';
import { checkPart, partArgument } from './time.ts';
import { bindWindow } from './window.ts';

/** An operator applied to bound operands. */
export function bindOperator(
  binder: Binder,
  name: string,
  operands: readonly BoundExpression[],
  span: Span,
): BoundExpression {
  const definition = lookupFunction(name);
  const match = definition && matchSignature(definition.signatures, operands.map(coercible));
  if (match === undefined) {
    const types = operands.map(({ type }) => typeName(type)).join(', ');
    throw binder.fail(
      'no-signature',
      span,
      `No matching signature for operator ${name.replace('UNARY ', '')} for argument types: ${types}`,
    );
  }
  checkComparable(binder, name, match.types[0], span);
  return {
    kind: 'call',
    type: match.result,
    name,
    safe: false,
    arguments: operands.map((operand, index) => convert(operand, match.types[index] ?? operand.type)),
    span,
  };
}

type BoundArgument = (BoundExpression | BoundPart) & { readonly named?: string };

export function bindCall(binder: Binder, place: Place, call: Call): BoundExpression {
  const name = call.name.map((part) => part.name).join('.');
  const definition = lookupFunction(name);
  if (definition === undefined) {
    const routine = findRoutine(binder, call.name);
    if (routine === undefined) throw unknownFunction(binder, name, call);
    refuseSafe(binder, name, call);
    return bindRoutineCall(binder, place, routine, call);
  }
  const aggregate = definition.kind !== 'scalar';
  if (!aggregate && (call.over !== undefined || call.distinct || call.orderBy.length > 0)) {
    throw binder.fail('not-aggregate', call, `Function ${definition.name} is not an aggregate or analytic function`);
  }
  // Who asks is known here; an engine's connection serves many.
  if (definition.name === 'SESSION_USER') return text(binder.session.user ?? '', call);
  if (!aggregate) return bindScalar(binder, place, definition, call);
  refuseSafe(binder, definition.name, call);
  return bindAggregate(binder, place, definition, call);
}

/** SAFE is for functions of single values that are built in (GoogleSQL, Function calls, SAFE. prefix). */
function refuseSafe(binder: Binder, name: string, call: Call): void {
  if (call.safe) throw binder.fail('safe', call, `Function ${name} does not support SAFE error mode`);
}

function unknownFunction(binder: Binder, name: string, span: Span) {
  const reason = whyUnavailable(name);
  if (reason !== undefined) {
    return binder.fail('unsupported', span, `Function ${name.toUpperCase()} is not available: ${reason}`);
  }
  const suggestion = nearest(
    name,
    FUNCTIONS.map((definition) => definition.name),
  );
  const tail = suggestion === undefined ? '' : `; Did you mean ${suggestion.toLowerCase()}?`;
  return binder.fail(
    'unknown-function',
    span,
    `Function not found: ${name}${tail}`,
    suggestion === undefined ? undefined : `Did you mean ${suggestion}?`,
  );
}

function bindScalar(binder: Binder, place: Place, definition: FunctionDefinition, call: Call): BoundExpression {
  const args = bindArguments(binder, place, definition, call);
  const match = resolve(binder, definition, args, call);
  const part = args.find(isPart);
  checkComparable(binder, definition.name, match.types[0], call);
  checkParts(binder, definition, args, call);
  return {
    kind: 'call',
    type: match.result,
    name: definition.name,
    safe: call.safe,
    arguments: converted(args, match),
    ...(part === undefined ? {} : { part }),
    span: call,
  };
}

/** The part of a date function, which stands as an argument or in its interval. */
function checkParts(binder: Binder, { name }: FunctionDefinition, args: readonly BoundArgument[], span: Span): void {
  const [first] = args;
  if (first === undefined || isPart(first)) return;
  for (const arg of args.slice(1)) {
    const part = isPart(arg) ? arg : arg.kind === 'call' && arg.name === 'INTERVAL' ? arg.part : undefined;
    if (part !== undefined) checkPart(binder, name, first.type, part, span);
  }
}

function isPart(argument: BoundArgument): argument is BoundPart {
  return !('span' in argument);
}

function converted(args: readonly BoundArgument[], match: Match): BoundExpression[] {
  return args.flatMap((arg, index) => (isPart(arg) ? [] : [convert(arg, match.types[index] ?? arg.type)]));
}

/** The arguments in the order of the signature's parameters: named ones go to their places, gaps become NULL. */
function bindArguments(binder: Binder, place: Place, definition: FunctionDefinition, call: Call): BoundArgument[] {
  const takesPart = definition.signatures.some(({ parameters }) =>
    parameters.some(({ pattern }) => pattern.kind === 'part'),
  );
  const args: BoundArgument[] = [];
  for (const argument of call.arguments) {
    const bound = bindArgument(binder, place, argument, takesPart, args);
    if (argument.name === undefined) {
      args.push(bound);
      continue;
    }
    const name = argument.name.name.toLowerCase();
    const signature = definition.signatures.find(({ parameters }) => parameters.some((known) => known.name === name));
    const index = signature?.parameters.findIndex((parameter) => parameter.name === name);
    if (index === undefined) {
      throw binder.fail(
        'argument',
        argument.name,
        `Named argument ${name} not found in signature for call to function ${definition.name}`,
      );
    }
    if (signature?.parameters.slice(0, index).some(({ repeated }) => repeated)) {
      args.push({ ...bound, named: name });
      continue;
    }
    while (args.length < index) args.push(nullLiteral(call));
    args[index] = bound;
  }
  return args;
}

function bindArgument(
  binder: Binder,
  place: Place,
  argument: Argument,
  takesPart: boolean,
  before: readonly BoundArgument[],
): BoundArgument {
  const { value } = argument;
  if (value.kind === 'table')
    throw binder.fail('argument', value, 'Table arguments are only allowed in table functions');
  if (value.kind === 'lambda') return bindLambda(binder, place, value, before[0]);
  const part = takesPart ? partArgument(value) : undefined;
  return part ?? bindExpression(binder, place, value);
}

/** `e -> e > 1`, `(e, i) -> ...`: the element of the array before it, and its position. */
function bindLambda(
  binder: Binder,
  place: Place,
  node: Extract<Expression, { kind: 'lambda' }>,
  array: BoundArgument | undefined,
): BoundExpression {
  if (array === undefined || isPart(array) || array.type.kind !== 'ARRAY') {
    throw binder.fail('argument', node, 'A lambda needs an array as the argument before it');
  }
  const types: SqlType[] = [array.type.element, INT64];
  const names = node.parameters.map(() => binder.newId('p'));
  const columns = node.parameters.map((parameter, index) => ({
    name: parameter.name,
    expression: {
      kind: 'column' as const,
      table: '',
      column: names[index] ?? '',
      type: types[index] ?? INT64,
      span: parameter,
    },
  }));
  const body = bindExpression(binder, { ...place, scope: new Scope(place.scope, [], columns) }, node.body);
  return { kind: 'lambda', type: body.type, parameters: names, body, span: node };
}

function resolve(binder: Binder, definition: FunctionDefinition, args: readonly BoundArgument[], span: Span): Match {
  const lambda = args.find((arg) => !isPart(arg) && arg.kind === 'lambda');
  const matchable = args.map(
    (arg): MatchArgument => ({
      ...(isPart(arg) ? { part: true } : coercible(arg)),
      ...(arg.named === undefined ? {} : { named: arg.named }),
    }),
  );
  const match = matchSignature(definition.signatures, matchable);
  if (match === undefined) throw noSignature(binder, definition, args, span);
  if (definition.name === 'ARRAY_TRANSFORM' && lambda !== undefined && !isPart(lambda)) {
    return { ...match, result: { kind: 'ARRAY', element: lambda.type } };
  }
  return match;
}

/** BigQuery's wording: what was given, then every signature with what is wrong about it. */
function noSignature(
  binder: Binder,
  { name, signatures }: FunctionDefinition,
  args: readonly BoundArgument[],
  span: Span,
) {
  const types = args.map((arg) => (isPart(arg) ? 'DATE_TIME_PART' : typeName(arg.type)));
  const given = types.length === 0 ? ' with no arguments' : `\n  Argument types: ${types.join(', ')}`;
  const lines = signatures.map((signature) => {
    const required = signature.parameters.filter(({ optional, repeated }) => !optional && !repeated).length;
    const plural = (count: number) => `${count} argument${count === 1 ? '' : 's'}`;
    const surplus = args.length > 0 && parameterAt(signature, args.length - 1) === undefined;
    const problem =
      args.length < required
        ? `\n    Signature requires at least ${plural(required)}, found ${plural(args.length)}`
        : surplus
          ? `\n    Signature accepts at most ${plural(signature.parameters.length)}, found ${plural(args.length)}`
          : '';
    return `\n  Signature: ${name}(${signature.text})${problem}`;
  });
  return binder.fail('no-signature', span, `No matching signature for function ${name}${given}${lines.join('')}`);
}

function bindAggregate(binder: Binder, place: Place, definition: FunctionDefinition, call: Call): BoundAggregate {
  const { over } = call;
  if (over === undefined && definition.kind === 'window') {
    throw binder.fail('analytic', call, `Analytic function ${definition.name} cannot be called without an OVER clause`);
  }
  if (over === undefined && place.noAggregates !== undefined) {
    throw binder.fail('aggregate', call, `Aggregate function ${definition.name} not allowed in ${place.noAggregates}`);
  }
  if (over !== undefined && place.noWindows !== undefined) {
    throw binder.fail('analytic', call, `Analytic function ${definition.name} not allowed in ${place.noWindows}`);
  }
  const inner: Place =
    over === undefined
      ? {
          ...place,
          noAggregates: 'the arguments of an aggregate function',
          noWindows: 'the arguments of an aggregate function',
        }
      : { ...place, noWindows: 'the arguments of an analytic function' };
  const [only] = call.arguments;
  const star = definition.name === 'COUNT' && call.arguments.length === 1 && only?.value.kind === 'star';
  const args = star ? [] : bindArguments(binder, inner, definition, call);
  const match = resolve(binder, definition, args, call);
  if (definition.name === 'ST_CLUSTERDBSCAN') binder.meetCluster();
  checkComparable(binder, definition.name, match.types[0], call);

  const values = converted(args, match);
  if (call.distinct) checkComparable(binder, '=', values[0]?.type, call);
  const limit =
    call.limit === undefined ? undefined : coerce(binder, bindExpression(binder, inner, call.limit), INT64, 'LIMIT');
  const having = call.having && {
    extreme: call.having.extreme,
    value: bindExpression(binder, inner, call.having.value),
  };
  return {
    kind: 'aggregate',
    type: match.result,
    name: definition.name,
    arguments: values,
    distinct: call.distinct,
    ...(call.nulls === undefined ? {} : { ignoreNulls: call.nulls === 'IGNORE' }),
    orderBy: call.orderBy.map((item) => bindOrder(binder, inner, item)),
    ...(limit === undefined ? {} : { limit }),
    ...(having === undefined ? {} : { having }),
    ...(over === undefined ? {} : { over: bindWindow(binder, inner, over) }),
    span: call,
  };
}
