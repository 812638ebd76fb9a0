import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { ExportFormat } from '../warehouse.ts';
import type { WarehouseApi } from './routes.ts';

interface DownloadRoute {
  Params: { project: string; job: string };
  Querystring: { format?: ExportFormat };
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  geojson: 'application/geo+json',
};

const FORMAT = {
  type: 'object',
  additionalProperties: false,
  properties: { format: { type: 'string', enum: Object.keys(TYPES) } },
};

/** All rows of a finished query as one file, however many: made by the engine, sent from the disk. */
export function downloadRoute(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  app.get<DownloadRoute>(
    '/api/projects/:project/queries/:job/file',
    { config: may('job.read'), schema: { querystring: FORMAT } },
    async ({ params, query, principal }, reply) => {
      const { project, job } = params;
      const { format = 'csv' } = query;
      const file = await warehouse.temporaryFile();
      try {
        const bytes = await warehouse.exportResult(principal, project, job, format, file);
        const content = createReadStream(file);
        content.once('close', () => void rm(file, { force: true }));
        return reply
          .type(TYPES[format])
          .header('content-length', bytes)
          .header('content-disposition', `attachment; filename="${job.replace(/[^\w-]/g, '_')}.${format}"`)
          .header('cache-control', 'no-store')
          .send(content);
      } catch (error) {
        await rm(file, { force: true });
        throw error;
      }
    },
  );
}
