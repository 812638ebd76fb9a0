import type { Call } from '../ast/expression.ts';
import type { BoundExpression, BoundWindow } from '../bound.ts';
import { lex } from '../lex.ts';
import { Cursor } from '../parse/cursor.ts';
import { parseExpression } from '../parse/expression.ts';
import type { Routine, RoutineParameter, RoutinePath, ScalarRoutine } from '../routine.ts';
import { Source, type Span } from '../source.ts';
import { completeTablePath } from '../tablepath.ts';
import type { Binder, Place } from './binder.ts';
import { bindExpression } from './expression.ts';
import { javascriptFunction } from './javascript.ts';
import { coerce } from './make.ts';
import { Scope } from './scope.ts';
import { withChildren } from './walk.ts';
import { bindWindow } from './window.ts';

/** The function, table function or procedure that users made under a name: a temporary one before any other. */
export function findRoutine(binder: Binder, name: Call['name']): Routine | undefined {
  const [only] = name;
  if (name.length === 1 && only !== undefined) {
    const temporary = binder.session.functions?.get(only.name.toLowerCase());
    if (temporary !== undefined) return temporary;
  }
  const path = completeTablePath(name, binder.session.defaults);
  if (path === undefined) return undefined;
  return binder.catalog.routine?.({ project: path.project, dataset: path.dataset, routine: path.table });
}

export function routineName({ project, dataset, routine }: RoutinePath): string {
  return dataset === '' ? routine : `${project}.${dataset}.${routine}`;
}

/** A call of a function that a user made: its body with the arguments in place of the parameters. */
export function bindRoutineCall(binder: Binder, place: Place, routine: Routine, call: Call): BoundExpression {
  const name = routineName(routine.path);
  if (routine.kind !== 'function') {
    throw binder.fail('routine', call, `${name} is not a function that gives one value`);
  }
  const { over } = call;
  if (call.distinct || call.orderBy.length > 0) throw binder.unsupported(call, `DISTINCT or ORDER BY in ${name}`);
  if (over !== undefined && !routine.aggregate) {
    throw binder.fail('not-aggregate', call, `Function ${name} is not an aggregate or analytic function`);
  }
  if (over !== undefined && place.noWindows !== undefined) {
    throw binder.fail('analytic', call, `Analytic function ${name} not allowed in ${place.noWindows}`);
  }
  if (over === undefined && routine.aggregate && place.noAggregates !== undefined) {
    throw binder.fail('aggregate', call, `Aggregate function ${name} not allowed in ${place.noAggregates}`);
  }
  const arguments_ = 'the arguments of an aggregate function';
  const inner: Place = routine.aggregate
    ? { ...place, noWindows: arguments_, ...(over === undefined ? { noAggregates: arguments_ } : {}) }
    : place;
  const args = call.arguments.map(({ value }) => {
    if (value.kind === 'table') throw binder.fail('argument', value, 'TABLE is only allowed in table functions');
    return bindExpression(binder, inner, value);
  });
  const result = expandFunction(binder, routine, args, call);
  return { ...(over === undefined ? result : overWindow(result, bindWindow(binder, inner, over))), span: call };
}

/** The aggregates that a function's body is made of, each over the window. */
function overWindow(expression: BoundExpression, over: BoundWindow): BoundExpression {
  if (expression.kind === 'aggregate' && expression.over === undefined) return { ...expression, over };
  return withChildren(expression, (child) => overWindow(child, over));
}

export function expandFunction(
  binder: Binder,
  routine: ScalarRoutine,
  args: readonly BoundExpression[],
  span: Span,
): BoundExpression {
  const name = routineName(routine.path);
  const values = routineArguments(binder, name, routine.parameters, args, span);
  const { returns } = routine;
  if (routine.language === 'JAVASCRIPT' && returns !== undefined) {
    const javascript = javascriptFunction(routine);
    binder.call(javascript);
    return { kind: 'javascript', type: returns, function: javascript, arguments: values, span };
  }
  const inside = binder.inside(new Source(routine.body, name), routine.path.project, span);
  const cursor = new Cursor(inside.source, lex(inside.source));
  const node = parseExpression(cursor);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('end of the function');
  const scope = new Scope(
    undefined,
    [],
    routine.parameters.flatMap((parameter, index) => {
      const expression = values[index];
      return expression === undefined ? [] : [{ name: parameter.name, expression }];
    }),
  );
  const place: Place = { scope, ctes: [], ...(routine.aggregate ? {} : { noAggregates: 'a function' }) };
  const result = bindExpression(inside, place, node);
  return returns === undefined ? result : coerce(inside, result, returns, 'The result of the function');
}

/** The arguments of a call as its parameters take them. */
export function routineArguments(
  binder: Binder,
  name: string,
  parameters: readonly RoutineParameter[],
  args: readonly BoundExpression[],
  span: Span,
): BoundExpression[] {
  if (args.length !== parameters.length) {
    const wrong = `No matching signature for ${name}: it takes ${parameters.length} arguments, ${args.length} were given`;
    throw binder.fail('no-signature', span, wrong);
  }
  return args.map((arg, index) => {
    const parameter = parameters[index];
    if (parameter?.type === undefined) return arg;
    return coerce(binder, arg, parameter.type, `Argument ${parameter.name} of ${name}`);
  });
}
