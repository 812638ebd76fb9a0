import type { FastifyInstance, FastifyRequest } from 'fastify';
import { demand } from '../../access/http.ts';
import { scopeOf } from '../../access/sharing.ts';
import { ArcosError } from '../../base/errors.ts';
import type { Dataset } from '../catalog/catalog.ts';
import type { DatasetOptions } from '../tables.ts';
import { accessEntries, sharingOf } from './datasetaccess.ts';
import { flag } from './flag.ts';
import { type PageQuery, pageOf } from './paging.ts';
import type { DatasetRoute, ProjectRoute, WarehouseApi } from './routes.ts';

interface DatasetBody {
  readonly datasetReference?: { readonly datasetId?: string };
  readonly description?: string | null;
  readonly friendlyName?: string | null;
  readonly labels?: Readonly<Record<string, string | null>>;
  /** Who has a role on it. */
  readonly access?: unknown;
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

  app.get<ProjectRoute & { Querystring: PageQuery }>(
    '/projects/:project/datasets',
    { config: may('dataset.list') },
    async ({ params, query }) => {
      const datasets = await catalog.datasets(params.project);
      const { items, ...next } = pageOf(datasets, query);
      return { kind: 'bigquery#datasetList', datasets: items.map(datasetResource), ...next };
    },
  );

  app.post<ProjectRoute & { Body: DatasetBody }>(
    '/projects/:project/datasets',
    { config: may('dataset.write') },
    async (request) => {
      const { params, body } = request;
      const dataset = body.datasetReference?.datasetId;
      if (dataset === undefined)
        throw new ArcosError('INVALID', 'Required parameter is missing: datasetReference.datasetId', {
          data: { reason: 'required' },
        });
      const share = await sharing(request, { project: params.project, dataset });
      await catalog.createDataset(params.project, dataset, optionsOf(body, {}));
      await share();
      return shown(request, await found(params.project, dataset));
    },
  );

  app.get<DatasetRoute>('/projects/:project/datasets/:dataset', { config: may('dataset.list') }, async (request) =>
    shown(request, await found(request.params.project, request.params.dataset)),
  );

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route<DatasetRoute & { Body: DatasetBody }>({
      method,
      url: '/projects/:project/datasets/:dataset',
      config: may('dataset.write'),
      async handler(request) {
        const { params, body } = request;
        const { options } = await found(params.project, params.dataset);
        const share = await sharing(request, params);
        await catalog.setDatasetOptions(
          params.project,
          params.dataset,
          optionsOf(body, method === 'PUT' ? {} : options),
        );
        await share();
        return shown(request, await found(params.project, params.dataset));
      },
    });
  }

  app.delete<DatasetRoute & { Querystring: { deleteContents?: string } }>(
    '/projects/:project/datasets/:dataset',
    { config: may('dataset.write') },
    async (request, reply) => {
      const { project, dataset } = request.params;
      await found(project, dataset);
      const cascade = flag(request.query.deleteContents) ? ' CASCADE' : '';
      await warehouse.run(request.principal, { sql: `DROP SCHEMA \`${project}.${dataset}\`${cascade}`, project });
      return reply.status(204).send();
    },
  );

  /** Who has which role is shown to who may ask that, and changed by who may say it. */
  async function shown({ principal }: FastifyRequest, dataset: Dataset) {
    const { project, dataset: name } = dataset;
    const told = await warehouse.authorise(principal).allows('access.read', project, name);
    return { ...datasetResource(dataset), ...(told ? { access: await accessEntries(access, dataset) } : {}) };
  }

  /** Gives what the body says of roles, once it is called; asks first whether the caller may. */
  async function sharing(request: FastifyRequest, path: { project: string; dataset: string }): Promise<() => unknown> {
    const { access: said } = request.body as DatasetBody;
    if (said === undefined || said === null) return () => undefined;
    const bindings = sharingOf(said, path.dataset);
    const { project, dataset } = path;
    const agency = await access.agencyOf(project);
    demand(request.principal, 'access.manage', { agency, project, dataset: `${project}.${dataset}` });
    return () => access.sharing.setPolicy(scopeOf(path), bindings);
  }

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
