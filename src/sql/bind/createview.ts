import type { Ddl } from '../ast/statement.ts';
import type { BoundTableDdl } from '../ddl.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { namedColumns } from './createtable.ts';
import { bindTablePath } from './object.ts';
import { bindOptions } from './option.ts';
import { asRows, bindQuery } from './query.ts';

export function bindCreateView(binder: Binder, node: Extract<Ddl, { kind: 'create_view' }>): BoundTableDdl {
  const path = bindTablePath(binder, node.name, node);
  const kept = binder.withoutDataset();
  const query = asRows(kept, bindQuery(kept, NOWHERE, node.query), node);
  if (node.columns.length > 0 && node.columns.length !== query.columns.length) {
    const wrong = `View column list has ${node.columns.length} names but its query has ${query.columns.length} columns`;
    throw binder.fail('view', node, wrong);
  }
  const renamed = query.columns.map((column, index) => {
    const name = node.columns[index]?.name.name;
    return name === undefined ? column : { ...column, name };
  });
  const columns = namedColumns(binder, { ...query, columns: renamed }, node).map((column, index) => {
    const options = bindOptions(binder, node.columns[index]?.options ?? []);
    const { description } = options;
    return { ...column, options, ...(typeof description === 'string' ? { description } : {}) };
  });
  return {
    kind: 'create_view',
    mode: node.mode,
    materialized: node.materialized,
    path,
    columns,
    query,
    text: node.text,
    options: bindOptions(binder, node.options),
    ...binder.uses,
  };
}
