import type { DataMovement } from '../ast/statement.ts';
import type { BoundMovement } from '../ddl.ts';
import { type Binder, NOWHERE } from './binder.ts';
import { bindColumn, clusterColumn } from './createtable.ts';
import { bindTablePath } from './object.ts';
import { bindOptions } from './option.ts';
import { resultColumns } from './output.ts';
import { bindPartitioning } from './partition.ts';
import { asRows, bindQuery } from './query.ts';

export function bindMovement(binder: Binder, node: DataMovement): BoundMovement {
  if (node.kind === 'export_data') {
    const query = asRows(binder, bindQuery(binder, NOWHERE, node.query), node);
    const columns = resultColumns(query.columns);
    return { kind: 'export_data', options: bindOptions(binder, node.options), query, columns, ...binder.uses };
  }
  const columns = node.columns?.map((column) => bindColumn(binder, column));
  const partitionColumns = node.partitionColumns?.map((column) => bindColumn(binder, column));
  const known = [...(columns ?? []), ...(partitionColumns ?? [])];
  return {
    kind: 'load_data',
    overwrite: node.overwrite,
    path: bindTablePath(binder, node.target, node),
    ...(columns === undefined ? {} : { columns }),
    ...(partitionColumns === undefined ? {} : { partitionColumns }),
    ...(node.partitionBy === undefined ? {} : { partitioning: bindPartitioning(binder, node.partitionBy, known) }),
    clustering: node.clusterBy.map((name) => clusterColumn(binder, name, known)),
    options: bindOptions(binder, node.options),
    files: bindOptions(binder, node.files),
  };
}
