import type { Call } from '../ast/expression.ts';
import type { BoundExpression } from '../bound.ts';
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
  if (call.over !== undefined) throw binder.unsupported(call, `OVER for the function ${name}`);
  const inner: Place = routine.aggregate ? { ...place, noAggregates: 'the arguments of an aggregate function' } : place;
  const args = call.arguments.map(({ value }) => {
    if (value.kind === 'table') throw binder.fail('argument', value, 'TABLE is only allowed in table functions');
    return bindExpression(binder, inner, value);
  });
  return { ...expandFunction(binder, routine, args, call), span: call };
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
