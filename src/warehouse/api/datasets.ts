import type { FastifyInstance } from 'fastify';
import { ArcosError } from '../../base/errors.ts';
import type { Dataset } from '../catalog/catalog.ts';
import type { DatasetOptions } from '../tables.ts';
import type { DatasetRoute, ProjectRoute, WarehouseApi } from './routes.ts';

interface DatasetBody {
  readonly datasetReference?: { readonly datasetId?: string };
  readonly description?: string | null;
  readonly friendlyName?: string | null;
  readonly labels?: Readonly<Record<string, string | null>>;
}

export function datasetRoutes(app: FastifyInstance, { warehouse, access, may }: WarehouseApi): void {
  const { catalog } = warehouse;

  app.get('/projects', { config: { access: 'public' } }, async (request) => {
    const projects = await access.projects();
    const visible = [];
    for (const { id } of projects) {
      if (await warehouse.authorise(request.principal).allows('dataset.list', id)) visible.push(projectResource(id));
    }
    return { kind: 'bigquery#projectList', projects: visible, totalItems: visible.length };
  });

  app.get<ProjectRoute>('/projects/:project/datasets', { config: may('dataset.list') }, async ({ params }) => {
    const datasets = await catalog.datasets(params.project);
    return { kind: 'bigquery#datasetList', datasets: datasets.map(datasetResource) };
  });

  app.post<ProjectRoute & { Body: DatasetBody }>(
    '/projects/:project/datasets',
    { config: may('dataset.write') },
    async ({ params, body }) => {
      const dataset = body.datasetReference?.datasetId;
      if (dataset === undefined)
        throw new ArcosError('INVALID', 'Required parameter is missing: datasetReference.datasetId', {
          data: { reason: 'required' },
        });
      await catalog.createDataset(params.project, dataset, optionsOf(body, {}));
      return datasetResource(await found(params.project, dataset));
    },
  );

  app.get<DatasetRoute>('/projects/:project/datasets/:dataset', { config: may('dataset.list') }, async ({ params }) =>
    datasetResource(await found(params.project, params.dataset)),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route<DatasetRoute & { Body: DatasetBody }>({
      method,
      url: '/projects/:project/datasets/:dataset',
      config: may('dataset.write'),
      async handler({ params, body }) {
        const { options } = await found(params.project, params.dataset);
        await catalog.setDatasetOptions(
          params.project,
          params.dataset,
          optionsOf(body, method === 'PUT' ? {} : options),
        );
        return datasetResource(await found(params.project, params.dataset));
      },
    });
  }

  app.delete<DatasetRoute & { Querystring: { deleteContents?: string } }>(
    '/projects/:project/datasets/:dataset',
    { config: may('dataset.write') },
    async (request, reply) => {
      const { project, dataset } = request.params;
      await found(project, dataset);
      const cascade = request.query.deleteContents === 'true' ? ' CASCADE' : '';
      await warehouse.run(request.principal, { sql: `DROP SCHEMA \`${project}.${dataset}\`${cascade}`, project });
      return reply.status(204).send();
    },
  );

  async function found(project: string, dataset: string): Promise<Dataset> {
    const known = await catalog.dataset(project, dataset);
    if (known === undefined) throw new ArcosError('NOT_FOUND', `Not found: Dataset ${project}:${dataset}`);
    return known;
  }
}

function projectResource(id: string) {
  return { kind: 'bigquery#project', id, numericId: '0', projectReference: { projectId: id }, friendlyName: id };
}

function datasetResource({ project, dataset, options, createdAt, modifiedAt }: Dataset) {
  return {
    kind: 'bigquery#dataset',
    id: `${project}:${dataset}`,
    etag: modifiedAt.getTime().toString(36),
    datasetReference: { projectId: project, datasetId: dataset },
    ...options,
    labels: options.labels ?? {},
    creationTime: String(createdAt.getTime()),
    lastModifiedTime: String(modifiedAt.getTime()),
    location: 'US',
    type: 'DEFAULT',
  };
}

/** Options after a client's change: null takes one away, what is not mentioned stays. */
function optionsOf(body: DatasetBody, before: DatasetOptions): DatasetOptions {
  const text = (name: 'description' | 'friendlyName') => {
    const value = body[name] === undefined ? before[name] : body[name];
    return value === undefined || value === null ? {} : { [name]: value };
  };
  const labels = { ...before.labels, ...body.labels };
  const kept = Object.entries(labels).filter((label): label is [string, string] => label[1] !== null);
  return {
    ...text('description'),
    ...text('friendlyName'),
    ...(kept.length === 0 ? {} : { labels: Object.fromEntries(kept) }),
  };
}
