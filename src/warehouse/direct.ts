import type { Principal } from '../access/principal.ts';
import { ArcosError } from '../base/errors.ts';
import { decodeRows, type RestRow } from './decode.ts';
import type { QueryResult, WarehouseClient } from './port.ts';
import type { Finished, Warehouse } from './warehouse.ts';

/** The warehouse for other rooms of this process, as one principal. */
export function directClient(warehouse: Warehouse, principal: Principal): WarehouseClient {
  const may = warehouse.authorise(principal);
  /** Jobs are asked for by id alone: each one's project is remembered. */
  const projects = new Map<string, string>();

  return {
    async query(request) {
      const finished = await warehouse.run(principal, request);
      projects.set(finished.job.id, request.project);
      return toResult(finished);
    },

    async rows(jobId, offset, limit) {
      const project = projects.get(jobId);
      if (project === undefined) throw new ArcosError('NOT_FOUND', `Not found: Job ${jobId}`);
      return rowsOf(await warehouse.page(principal, project, jobId, offset, limit));
    },

    async ensureDataset(project, dataset) {
      await may.demandDataset('dataset.write', project, dataset);
      if ((await warehouse.catalog.dataset(project, dataset)) !== undefined) return;
      await warehouse.catalog.createDataset(project, dataset, {}).catch((error: unknown) => {
        if (!(error instanceof ArcosError) || error.code !== 'CONFLICT') throw error;
      });
    },

    async table(path) {
      await may.demandTable('table.describe', path);
      return warehouse.catalog.table(path);
    },

    async tables(project, dataset) {
      await may.demandDataset('dataset.list', project, dataset);
      return warehouse.catalog.tables(project, dataset);
    },

    async putExternalTable(definition) {
      await may.demandTable('table.write', definition.path);
      await warehouse.demandFiles(principal, definition.sourceUris);
      await warehouse.catalog.putExternal(definition);
    },

    deleteTable: (path) => warehouse.dropTable(principal, path),
  };
}

function rowsOf({ job, page }: Finished) {
  const text = page.micros ?? page.seconds;
  return decodeRows(job.columns ?? [], JSON.parse(`[${text}]`) as RestRow[]);
}

function toResult(finished: Finished): QueryResult {
  const { job } = finished;
  return {
    jobId: job.id,
    statementType: job.statementType,
    columns: job.columns ?? [],
    rows: rowsOf(finished),
    totalRows: job.totalRows ?? 0,
    ...(job.affectedRows === undefined ? {} : { affectedRows: job.affectedRows }),
    bytesProcessed: job.bytesProcessed,
  };
}
