import type { Fault } from '../base/fault.ts';
import { hasErrors } from '../base/fault.ts';
import type { Expression } from './ast/expression.ts';
import type { Query } from './ast/query.ts';
import type { Statement } from './ast/statement.ts';
import { Binder, NOWHERE, type Session } from './bind/binder.ts';
import { bindDdl } from './bind/ddl.ts';
import { inDefaultZone } from './bind/defaultzone.ts';
import { bindDml } from './bind/dml.ts';
import { bindExpression } from './bind/expression.ts';
import { coerce } from './bind/make.ts';
import { bindMovement } from './bind/movement.ts';
import { outputColumns, resultColumns } from './bind/output.ts';
import { asRows, bindQuery } from './bind/query.ts';
import type { BoundQuery, BoundQueryStatement, BoundStatement } from './bound.ts';
import type { Catalog } from './catalog.ts';
import { TOO_DEEP, withinStack } from './depth.ts';
import { Source, type Span } from './source.ts';
import type { SqlType } from './type.ts';

export type { Session, TypedValue } from './bind/binder.ts';

/**
 * Binds a statement of `text`: names resolved, types found, conversions written out. Pure: everything it
 * asks of the world is in the catalog and the session. `bound` is absent when there are faults.
 */
export function bind(
  text: string,
  statement: Statement,
  catalog: Catalog,
  session: Session,
  file?: string,
): { bound?: BoundStatement; faults: readonly Fault[] } {
  const binder = new Binder(new Source(text, file), catalog, session);
  const bound = attempt(binder, statement, () => bindStatement(binder, statement));
  if (bound === undefined || hasErrors(binder.faults)) return { faults: binder.faults };
  return { bound: inDefaultZone(bound, session), faults: binder.faults };
}

/** Binds an expression that a script evaluates, as a query of one row and column; or a query that it reads. */
export function bindEvaluation(
  text: string,
  node: Expression | Query,
  as: SqlType | undefined,
  catalog: Catalog,
  session: Session,
): { bound?: BoundQueryStatement; faults: readonly Fault[] } {
  const binder = new Binder(new Source(text), catalog, session);
  const bound = attempt(binder, node, () => {
    if (!('kind' in node)) return bindQueryStatement(binder, node);
    const value = bindExpression(binder, NOWHERE, node);
    const item = as === undefined ? value : coerce(binder, value, as, 'The value');
    return queryStatement(binder, {
      ctes: [],
      recursive: false,
      body: { kind: 'select', distinct: false, items: [item] },
      orderBy: [],
      columns: outputColumns([item], [undefined]),
      valueTable: false,
    });
  });
  if (bound === undefined || hasErrors(binder.faults)) return { faults: binder.faults };
  return { bound: inDefaultZone(bound, session), faults: binder.faults };
}

/** `binder.attempt`, with a fault for what is nested deeper than the stack. */
function attempt<Value>(binder: Binder, span: Span, work: () => Value): Value | undefined {
  return binder.attempt(() =>
    withinStack(work, () => {
      throw binder.fail('too-deep', span, TOO_DEEP);
    }),
  );
}

function bindStatement(binder: Binder, statement: Statement): BoundStatement {
  switch (statement.kind) {
    case 'query':
      return bindQueryStatement(binder, statement.query);
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'truncate':
      return bindDml(binder, statement);
    case 'export_data':
    case 'load_data':
      return bindMovement(binder, statement);
    case 'create_schema':
    case 'undrop_schema':
    case 'create_table':
    case 'create_external_table':
    case 'create_view':
    case 'create_function':
    case 'create_table_function':
    case 'create_procedure':
    case 'create_row_access_policy':
    case 'create_index':
    case 'drop':
    case 'alter':
    case 'grant':
    case 'revoke':
      return bindDdl(binder, statement);
    default:
      throw binder.fail(
        'script',
        statement,
        `${statement.kind.replaceAll('_', ' ').toUpperCase()} is part of a script`,
        'Run it with the statements around it as one script.',
      );
  }
}

function bindQueryStatement(binder: Binder, node: Query): BoundQueryStatement {
  const query = bindQuery(binder, NOWHERE, node);
  return { ...queryStatement(binder, asRows(binder, query, node)), ordered: query.orderBy.length > 0 };
}

function queryStatement(binder: Binder, query: BoundQuery): BoundQueryStatement {
  const columns = resultColumns(query.columns);
  return { kind: 'query', query, columns, ordered: query.orderBy.length > 0, ...binder.uses };
}
