import type { Argument } from '../ast/expression.ts';
import type { TableExpression } from '../ast/query.ts';
import type { BoundCte, BoundExpression, BoundQuery } from '../bound.ts';
import { lex } from '../lex.ts';
import { Cursor } from '../parse/cursor.ts';
import { parseQuery } from '../parse/query.ts';
import type { TableRoutine } from '../routine.ts';
import { Source, type Span } from '../source.ts';
import type { Binder, Place, VisibleCte } from './binder.ts';
import { bindExpression } from './expression.ts';
import { bindFrom, derivedItem, type FromItem } from './from.ts';
import { coerce } from './make.ts';
import { bindQuery } from './query.ts';
import { findRoutine, routineName } from './routine.ts';
import { Scope, type ScopeColumn, sameName } from './scope.ts';
import { selectAll } from './select.ts';
import { TABLE_FUNCTIONS } from './tablefunctions.ts';

type FunctionNode = Pick<Extract<TableExpression, { kind: 'function' }>, 'name' | 'arguments' | 'alias'> & Span;

/** A table function in FROM: its query with the arguments in place of the parameters. */
export function bindTableFunction(binder: Binder, place: Place, node: FunctionNode): FromItem {
  const name = node.name.map((part) => part.name).join('.');
  const text = TABLE_FUNCTIONS[name.toUpperCase()];
  if (text !== undefined) return bindText(binder, place, name.toUpperCase(), text(binder, node), node);
  const routine = findRoutine(binder, node.name);
  if (routine === undefined) throw binder.fail('unknown-function', node, `Table-valued function not found: ${name}`);
  if (routine.kind !== 'table_function') throw binder.fail('routine', node, `${name} is not a table function`);
  return bindRoutine(binder, place, routine, node);
}

function bindRoutine(binder: Binder, place: Place, routine: TableRoutine, node: FunctionNode): FromItem {
  const name = routineName(routine.path);
  const { parameters } = routine;
  if (parameters.length !== node.arguments.length) {
    const wrong = `No matching signature for ${name}: it takes ${parameters.length} arguments, ${node.arguments.length} were given`;
    throw binder.fail('no-signature', node, wrong);
  }
  const inside = binder.inside(new Source(routine.body, name), routine.path.project, node);
  const columns: ScopeColumn[] = [];
  const ctes: BoundCte[] = [];
  const visible: VisibleCte[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const argument = argumentFor(node.arguments, parameter.name, index);
    if (argument === undefined) throw binder.fail('argument', node, `${name} needs the argument ${parameter.name}`);
    if (parameter.table !== undefined) {
      const cte = { id: binder.newId('q'), query: tableArgument(binder, place, argument) };
      ctes.push(cte);
      visible.push({ name: parameter.name, ...cte });
    } else {
      const value = scalarArgument(binder, place, argument);
      const typed = parameter.type === undefined ? value : coerce(binder, value, parameter.type, parameter.name);
      columns.push({ name: parameter.name, expression: typed });
    }
  }
  const query = bindQuery(inside, { scope: new Scope(undefined, [], columns), ctes: visible }, parsed(inside));
  return derivedItem(binder, { ...query, ctes: [...ctes, ...query.ctes] }, node.alias?.name, node);
}

function argumentFor(args: readonly Argument[], name: string, index: number): Argument | undefined {
  const named = args.find((argument) => argument.name !== undefined && sameName(argument.name.name, name));
  const positional = args[index];
  return named ?? (positional?.name === undefined ? positional : undefined);
}

function scalarArgument(binder: Binder, place: Place, { value }: Argument): BoundExpression {
  if (value.kind === 'table') throw binder.fail('argument', value, 'A value is needed here, not a table');
  return bindExpression(binder, { ...place, noAggregates: 'a table function', noWindows: 'a table function' }, value);
}

function tableArgument(binder: Binder, place: Place, { value, ...span }: Argument): BoundQuery {
  const outside: Place = { scope: new Scope(undefined), ctes: place.ctes };
  if (value.kind === 'subquery') return bindQuery(binder, outside, value.query);
  if (value.kind !== 'table') throw binder.fail('argument', span, 'A table is needed here: TABLE name or a query');
  const item = bindFrom(binder, outside, { ...value, kind: 'table', operators: [] });
  return { ctes: [], recursive: false, ...selectAll(item), orderBy: [], valueTable: false };
}

/** A function of ours that is a query: bound where it stands, so that it sees the same tables. */
function bindText(binder: Binder, place: Place, name: string, text: string, node: FunctionNode): FromItem {
  const inside = binder.instead(new Source(text, name));
  const query = bindQuery(inside, { scope: new Scope(undefined), ctes: place.ctes }, parsed(inside));
  return derivedItem(binder, query, node.alias?.name, node);
}

function parsed(binder: Binder) {
  const cursor = new Cursor(binder.source, lex(binder.source));
  const query = parseQuery(cursor);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('end of the function');
  return query;
}
