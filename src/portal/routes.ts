import { createReadStream } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import type { RouteAccess } from '../access/http.ts';
import type { Store } from '../store/store.ts';
import type { ExportFormat, Warehouse } from '../warehouse/warehouse.ts';
import { dataRoutes } from './api.ts';
import { type Assets, readAssets } from './assets.ts';
import { answerCached } from './cache.ts';
import { fingerprint } from './cursor.ts';
import { createExports } from './exports.ts';
import { feedRoutes, siteOf } from './feedroutes.ts';
import { schemaOrg } from './feeds.ts';
import { languageOf, voiceOf } from './language.ts';
import { datasetPage } from './pages/dataset.ts';
import { homePage } from './pages/home.ts';
import { layout, type Page } from './pages/layout.ts';
import { shown, tablePage } from './pages/table.ts';
import { KINDS } from './personaldata.ts';
import { createPreviews } from './preview.ts';
import { createPublications, type Publication } from './publication.ts';
import type { Decision } from './review.ts';
import { search } from './search.ts';
import { createShelf } from './shelf.ts';

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
  const shelf = createShelf(publications);

  return async (app) => {
    const assets = readAssets(options.webDist);
    feedRoutes(app, city, shelf);
    dataRoutes(app, warehouse, publications);
    app.addHook('onClose', () => files.settle());

    app.get<{ Querystring: { q?: string; theme?: string; owner?: string } }>(
      '/',
      { config: open, schema: { querystring: SEARCH } },
      async (request, reply) => {
        const voice = voiceOf(languageOf(request));
        const { q, theme, owner } = request.query;
        const asked = { text: q?.trim() || undefined, theme: theme || undefined, owner: owner || undefined };
        const entries = await shelf.entries();
        const query = new URLSearchParams();
        for (const [name, value] of Object.entries({ q: asked.text, theme: asked.theme, owner: asked.owner }))
          if (value !== undefined) query.set(name, value);
        return page(request, reply, assets, {
          city,
          title: voice.words.datasets,
          description: voice.words.intro,
          content: homePage(voice, search(entries, asked), asked, entries.length),
          path: '/',
          query,
        });
      },
    );

    app.get<DatasetRoute>('/dados/:project/:dataset', { config: open }, async (request, reply) => {
      const publication = await publications.published(request.params);
      const entry = await shelf.entry(publication);
      return page(request, reply, assets, {
        city,
        title: publication.title,
        description: publication.description,
        content: datasetPage(voiceOf(languageOf(request)), entry),
        path: `/dados/${publication.project}/${publication.dataset}`,
        linkedData: schemaOrg(siteOf(request, city), entry),
      });
    });

    app.get<TableRoute>('/dados/:project/:dataset/:table', { config: open }, async (request, reply) => {
      const { table: name } = request.params;
      const [, table = name, format, sum] = /^(.*)\.(csv|parquet|geojson)(\.sha256)?$/.exec(name) ?? [];
      const publication = await publications.published(request.params, table);
      if (format !== undefined) {
        return download(request, reply, publication, { table, format: format as ExportFormat, sum: sum !== undefined });
      }
      const info = await publications.table(publication, table);
      const columns = shown(info).map(({ name: column }) => column);
      const [rows, ready] = await Promise.all([previews.rows(publication, table, columns), files.ready(info)]);
      const { origin } = siteOf(request, city);
      const content = tablePage(voiceOf(languageOf(request)), { publication, info, rows, ready, origin });
      const mapped = info.columns.some(({ type }) => type.kind === 'GEOGRAPHY');
      return page(request, reply, assets, {
        city,
        title: table,
        ...(info.description === undefined ? {} : { description: info.description }),
        content,
        path: `/dados/${publication.project}/${publication.dataset}/${table}`,
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

    app.put<DatasetRoute & { Body: PublishBody }>(
      '/api/publications/:project/:dataset',
      { config: mayPublish, schema: { body: PUBLICATION } },
      async ({ params, body: { reviewed, ...said }, principal }) => {
        await publications.publish(principal, { ...params, ...said }, reviewed);
        const publication = await publications.published(params);
        files.prepare(publication, await publications.tables(publication));
        return publication;
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

  async function download(
    request: FastifyRequest,
    reply: FastifyReply,
    publication: Publication,
    { table, format, sum }: { table: string; format: ExportFormat; sum: boolean },
  ) {
    const { path, bytes, sha256 } = await files.file(publication, table, format);
    if (sum) {
      const line = `${sha256}  ${table}.${format}\n`;
      return answerCached(request, reply.type('text/plain; charset=utf-8'), fingerprint(line), () => line);
    }
    if (request.headers['if-none-match'] === `"${sha256}"`)
      return reply.status(304).header('etag', `"${sha256}"`).send();
    return reply
      .type(TYPES[format])
      .header('content-length', bytes)
      .header('content-disposition', `attachment; filename="${table}.${format}"`)
      .header('etag', `"${sha256}"`)
      .header('cache-control', 'public, max-age=0, s-maxage=60, must-revalidate')
      .header('repr-digest', `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`)
      .send(createReadStream(path));
  }
}

function page(request: FastifyRequest, reply: FastifyReply, assets: Assets, content: Page) {
  const body = layout(voiceOf(languageOf(request)), assets, content);
  void reply.type('text/html; charset=utf-8').header('vary', 'accept-language');
  return answerCached(request, reply, fingerprint(body), () => body);
}

interface PublishBody extends Omit<Publication, 'project' | 'dataset' | 'publishedAt'> {
  readonly reviewed?: readonly Decision[];
}

const SEARCH = {
  type: 'object',
  properties: Object.fromEntries(['q', 'theme', 'owner'].map((name) => [name, { type: 'string', maxLength: 200 }])),
};

const text = { type: 'string', minLength: 1 };
const PUBLICATION = {
  type: 'object',
  required: ['title', 'description', 'licence', 'frequency', 'owner', 'theme', 'tables'],
  additionalProperties: false,
  properties: {
    ...Object.fromEntries(
      ['title', 'description', 'licence', 'frequency', 'owner', 'theme'].map((name) => [name, text]),
    ),
    coverage: text,
    contact: text,
    tables: { type: 'array', items: text, minItems: 1 },
    reviewed: {
      type: 'array',
      items: {
        type: 'object',
        required: ['table', 'column', 'kind', 'reason'],
        additionalProperties: false,
        properties: { table: text, column: text, kind: { type: 'string', enum: [...KINDS] }, reason: text },
      },
    },
  },
};
