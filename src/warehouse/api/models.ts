import type { FastifyInstance } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { WarehouseApi } from './routes.ts';

/** BigQuery ML's models: there are none, and a client is told so rather than that its model is missing. */
export function modelRoutes(app: FastifyInstance, { may }: WarehouseApi): void {
  const all = '/projects/:project/datasets/:dataset/models';
  const refuse = async () => {
    throw new ArcosError('UNSUPPORTED', 'Models of BigQuery ML are not supported');
  };
  for (const url of [all, `${all}/:model`])
    app.route({ method: 'GET', url, config: may('table.describe'), handler: refuse });
  for (const method of ['PATCH', 'DELETE'] as const)
    app.route({ method, url: `${all}/:model`, config: may('table.write'), handler: refuse });
}
