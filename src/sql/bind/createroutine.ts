import type { Ddl, FunctionParameter } from '../ast/statement.ts';
import type { BoundRoutineDdl } from '../ddl.ts';
import type { Routine, RoutineParameter, ScalarRoutine } from '../routine.ts';
import type { Binder } from './binder.ts';
import { bindColumn } from './createtable.ts';
import { literal } from './make.ts';
import { bindRoutinePath } from './object.ts';
import { bindOptions } from './option.ts';
import { expandFunction } from './routine.ts';
import { bindType } from './typenode.ts';

type CreateRoutine = Extract<Ddl, { kind: 'create_function' | 'create_table_function' | 'create_procedure' }>;

export function bindCreateRoutine(binder: Binder, node: CreateRoutine): BoundRoutineDdl {
  const options = node.kind === 'create_function' ? bindOptions(binder, node.options) : {};
  if ('library' in options) throw binder.unsupported(node, 'OPTIONS(library) of a JavaScript function');
  return { kind: 'create_routine', mode: node.mode, routine: routineOf(binder, node), options };
}

function routineOf(binder: Binder, node: CreateRoutine): Routine {
  const parameters = node.parameters.map((parameter) => bindParameter(binder, parameter));
  if (node.kind !== 'create_function') {
    const kind = node.kind === 'create_procedure' ? 'procedure' : 'table_function';
    return { kind, path: bindRoutinePath(binder, node.name, node), parameters, body: node.text };
  }
  const routine = scalarRoutine(binder, node, parameters);
  // Bound once now with NULLs, for the faults in the body; a body for ANY TYPE is known only where it is called.
  const types = parameters.map(({ type }) => type).filter((type) => type !== undefined);
  if (types.length === parameters.length) {
    const values = types.map((type) => literal(type, null, node));
    expandFunction(binder, routine, values, node);
  }
  return routine;
}

function scalarRoutine(
  binder: Binder,
  node: Extract<CreateRoutine, { kind: 'create_function' }>,
  parameters: readonly RoutineParameter[],
): ScalarRoutine {
  const { body } = node;
  if (body.kind === 'code' && body.language !== 'js') {
    throw binder.unsupported(node, `A function in ${body.language.toUpperCase()}`);
  }
  if (body.kind === 'code' && node.returns === undefined) {
    throw binder.fail('routine', node, 'A JavaScript function needs RETURNS');
  }
  const { project } = binder.session.defaults;
  return {
    kind: 'function',
    path: node.temporary
      ? { project, dataset: '', routine: node.name.at(-1)?.name ?? '' }
      : bindRoutinePath(binder, node.name, node),
    parameters,
    language: body.kind === 'code' ? 'JAVASCRIPT' : 'SQL',
    aggregate: node.aggregate,
    ...(node.returns === undefined ? {} : { returns: bindType(binder, node.returns) }),
    body: body.kind === 'code' ? body.code : body.text,
  };
}

function bindParameter(binder: Binder, node: FunctionParameter): RoutineParameter {
  return {
    name: node.name?.name ?? '',
    ...(node.type === undefined ? {} : { type: bindType(binder, node.type) }),
    ...(node.table === undefined ? {} : { table: node.table.map((column) => bindColumn(binder, column)) }),
    ...(node.mode === undefined ? {} : { mode: node.mode }),
  };
}
