import { ArcosError } from '../../base/errors.ts';
import { partitioningResource } from '../api/table.ts';
import { decorated, decoratedFrom } from '../decorator.ts';
import type { Job } from '../job.ts';
import { displayName } from '../tablename.ts';
import { type CopyBody, missing, tableOf, writeDisposition } from './configuration.ts';
import { writeSql } from './destination.ts';
import type { Transfer } from './transfer.ts';

/** Copies tables of one schema into one (BigQuery REST reference, JobConfigurationTableCopy). */
export async function copy({ known, job, execute }: Transfer, body: CopyBody): Promise<Job> {
  const { catalog } = known;
  const target = tableOf(body.destinationTable, 'copy.destinationTable', job.project);
  const references = body.sourceTables ?? (body.sourceTable === undefined ? [] : [body.sourceTable]);
  if (references.length === 0) throw missing('copy.sourceTable');
  const named = references.map((reference) => decorated(tableOf(reference, 'copy.sourceTable', job.project)));
  const sources = named.map(({ path }) => path);
  const infos = await Promise.all(sources.map((source) => catalog.table(source)));
  const [first, firstPath] = [infos[0], sources[0]];
  for (const [index, info] of infos.entries()) {
    const source = sources[index];
    if (info === undefined && source !== undefined) {
      throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(source)}`);
    }
  }
  if (first === undefined || firstPath === undefined) throw missing('copy.sourceTable');
  const disposition = writeDisposition(body, 'WRITE_EMPTY');
  const names = first.columns.map(({ name }) => `\`${name}\``).join(', ');
  const now = new Date();
  const query = named
    .map((source, index) => `SELECT ${names} FROM ${decoratedFrom(source, infos[index], now)}`)
    .join(' UNION ALL ');
  const layout = {
    ...(first.clustering === undefined ? {} : { clustering: { fields: first.clustering } }),
    ...(first.description === undefined ? {} : { description: first.description }),
  };
  const sql = await writeSql(catalog, target, query, {
    disposition,
    destination: body,
    columns: first.columns,
    layout:
      sources.length === 1
        ? { ...(first.partitioning === undefined ? {} : partitioningResource(first.partitioning)), ...layout }
        : layout,
  });
  const rows = infos.reduce((sum, info) => sum + (info?.rows ?? 0), 0);
  return execute(sql, { statistics: async ({ affectedRows }) => ({ copy: { rows: affectedRows ?? rows } }) });
}
