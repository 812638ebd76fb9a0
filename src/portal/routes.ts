import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import type { RouteAccess } from '../access/http.ts';
import { ArcosError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import type { ExportFormat, Warehouse } from '../warehouse/warehouse.ts';
import { type Assets, readAssets } from './assets.ts';
import { createExports } from './exports.ts';
import { languageOf, voiceOf } from './language.ts';
import { datasetPage } from './pages/dataset.ts';
import { homePage } from './pages/home.ts';
import { layout, type Page } from './pages/layout.ts';
import { tablePage } from './pages/table.ts';
import { createPreviews } from './preview.ts';
import { createPublications, type Publication } from './publication.ts';

export interface PortalOptions {
  readonly store: Store;
  readonly access: Access;
  readonly warehouse: Warehouse;
  /** The city's name, as the pages show it. */
  readonly city: string;
  /** Where files for download are kept. */
  readonly exportsDir: string;
  /** The built web folder. */
  readonly webDist: string;
}

interface DatasetRoute {
  Params: { project: string; dataset: string };
}

interface TableRoute {
  Params: { project: string; dataset: string; table: string };
}

const TYPES: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
  geojson: 'application/geo+json',
};

const open: { access: RouteAccess } = { access: 'public' };

/** The public portal, and the API by which people publish. What is not published is not there, for anyone. */
export function portalRoutes(options: PortalOptions): (app: FastifyInstance) => Promise<void> {
  const { store, access, warehouse, city } = options;
  const publications = createPublications(store, access, warehouse);
  const previews = createPreviews(warehouse, publications);
  const files = createExports(options.exportsDir, warehouse, publications);

  return async (app) => {
    const assets = readAssets(options.webDist);

    app.get('/', { config: open }, async (request, reply) => {
      const voice = voiceOf(languageOf(request));
      return page(request, reply, assets, {
        city,
        title: voice.words.datasets,
        content: homePage(voice, await publications.list()),
        path: '/',
      });
    });

    app.get<DatasetRoute>('/dados/:project/:dataset', { config: open }, async (request, reply) => {
      const publication = await published(request.params);
      const content = datasetPage(voiceOf(languageOf(request)), publication, await publications.tables(publication));
      return page(request, reply, assets, {
        city,
        title: publication.title,
        content,
        path: `/dados/${publication.project}/${publication.dataset}`,
      });
    });

    app.get<TableRoute>('/dados/:project/:dataset/:table', { config: open }, async (request, reply) => {
      const { table: name } = request.params;
      const [, table = name, format] = /^(.*)\.(csv|parquet|geojson)$/.exec(name) ?? [];
      const publication = await published(request.params, table);
      if (format !== undefined) return download(reply, publication, table, format as ExportFormat);
      const info = (await publications.tables(publication)).find(({ path }) => path.table === table);
      if (info === undefined) throw notFound();
      const { project, dataset } = publication;
      const readable = info.columns.filter(({ type }) => type.kind !== 'GEOGRAPHY').map(({ name: column }) => column);
      const rows = await previews.rows(publication, table, readable);
      const content = tablePage(voiceOf(languageOf(request)), publication, info, rows);
      const mapped = info.columns.some(({ type }) => type.kind === 'GEOGRAPHY');
      return page(request, reply, assets, {
        city,
        title: table,
        content,
        path: `/dados/${project}/${dataset}/${table}`,
        ...(mapped ? { script: 'src/map.ts' } : {}),
      });
    });

    const mayPublish: { access: RouteAccess } = {
      access: {
        action: 'publication.write',
        async resource(request) {
          const { project } = request.params as { project: string };
          const agency = await access.agencyOf(project).catch(() => undefined);
          return agency === undefined ? {} : { agency, project };
        },
      },
    };

    app.put<DatasetRoute & { Body: Omit<Publication, 'project' | 'dataset' | 'publishedAt'> }>(
      '/api/publications/:project/:dataset',
      { config: mayPublish, schema: { body: PUBLICATION } },
      async ({ params, body, principal }) => {
        await publications.publish(principal, { ...params, ...body });
        return publications.find(params.project, params.dataset);
      },
    );

    app.delete<DatasetRoute>(
      '/api/publications/:project/:dataset',
      { config: mayPublish },
      async ({ params }, reply) => {
        await publications.withdraw(params.project, params.dataset);
        return reply.status(204).send();
      },
    );
  };

  /** The publication of a dataset, if it has the table. */
  async function published(
    { project, dataset }: { project: string; dataset: string },
    table?: string,
  ): Promise<Publication> {
    const publication = await publications.find(project, dataset);
    if (publication === undefined || (table !== undefined && !publication.tables.includes(table))) throw notFound();
    return publication;
  }

  async function download(reply: FastifyReply, publication: Publication, table: string, format: ExportFormat) {
    const file = await files.file(publication, table, format);
    return reply
      .type(TYPES[format])
      .header('content-length', (await stat(file)).size)
      .header('content-disposition', `attachment; filename="${table}.${format}"`)
      .send(createReadStream(file));
  }
}

function notFound(): ArcosError {
  return new ArcosError('NOT_FOUND', 'There is nothing at this address');
}

function page(request: FastifyRequest, reply: FastifyReply, assets: Assets, content: Page) {
  return reply.type('text/html; charset=utf-8').send(layout(voiceOf(languageOf(request)), assets, content));
}

const text = { type: 'string', minLength: 1 };
const PUBLICATION = {
  type: 'object',
  required: ['title', 'description', 'licence', 'frequency', 'owner', 'theme', 'tables'],
  additionalProperties: false,
  properties: {
    ...Object.fromEntries(
      ['title', 'description', 'licence', 'frequency', 'owner', 'theme'].map((name) => [name, text]),
    ),
    tables: { type: 'array', items: text, minItems: 1 },
  },
};
