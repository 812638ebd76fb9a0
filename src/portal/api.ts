import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RouteAccess } from '../access/http.ts';
import type { TablePath } from '../sql/catalog.ts';
import { typeName } from '../sql/type.ts';
import { csvText } from '../warehouse/exports.ts';
import type { QueryResult } from '../warehouse/port.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import { createKept } from './answers.ts';
import { type Asker, minuteNow } from './ask.ts';
import { answerCached } from './cache.ts';
import { FARTHEST, fingerprint, readCursor, writeCursor } from './cursor.ts';
import { compileRows, type RowsRequest } from './odsql/compile.ts';
import { notFound, type Publications } from './publication.ts';
import { MOST_ROWS, publicQuery } from './publicsql.ts';

interface RowsRoute {
  Params: { project: string; dataset: string; table: string };
  Querystring: RowsRequest & { limit?: number; cursor?: string; format?: 'json' | 'csv' };
}

interface SqlRoute {
  Params: { project: string };
  Querystring: { query: string; format?: 'json' | 'csv' };
}

const open: { access: RouteAccess } = { access: 'public' };
const DEFAULT_ROWS = 100;
/** Characters of answers that are kept. */
const MOST_KEPT = 8 * 2 ** 20;

/** The API of the published tables: rows as the query string asks for them, and read-only GoogleSQL. */
export function dataRoutes(
  app: FastifyInstance,
  warehouse: Warehouse,
  publications: Publications,
  { ask, stateOf }: Asker,
): void {
  // By a fingerprint of the question and the tables' state, so that none is ever out of date.
  const answers = createKept<{ body: string; next?: string }>(MOST_KEPT, ({ body }) => body.length);

  app.get<RowsRoute>(
    '/api/portal/:project/:dataset/:table/rows',
    { config: open, schema: { querystring: ROWS } },
    async (request, reply) => {
      const { params, query } = request;
      const publication = await publications.published(params, params.table);
      const info = await publications.table(publication, params.table);
      const { select, where, group, order, format = 'json', limit = DEFAULT_ROWS } = query;
      const asked = { select, where, group, order };
      const { sql, parameters } = compileRows(info.path, info.columns, asked);
      const state = await stateOf(info);
      const of = fingerprint(sql, JSON.stringify(parameters), state);
      const offset = query.cursor === undefined ? 0 : readCursor(query.cursor, of);
      const etag = fingerprint(of, String(offset), String(limit), format);
      return answerCached(request, reply, etag, async () => {
        const { body, next } = await answers.get(etag, async () => {
          // One more than asked for tells whether there is a next page.
          const paged = `${sql}\nLIMIT ${limit + 1} OFFSET ${offset}`;
          const { columns, rows } = await ask([publication], publication.project, paged, parameters);
          const end = offset + limit;
          const more = rows.length > limit && end <= FARTHEST ? { next: writeCursor({ offset: end, of }) } : {};
          return { body: written(format, columns, rows.slice(0, limit), more), ...more };
        });
        if (next !== undefined) void reply.header('link', `<${nextUrl(request, next)}>; rel="next"`);
        void reply.type(TYPES[format]);
        return body;
      });
    },
  );

  app.get<SqlRoute>(
    '/api/portal/:project/sql',
    { config: open, schema: { querystring: SQL } },
    async (request, reply) => {
      const { project } = request.params;
      const { query: text, format = 'json' } = request.query;
      const all = await publications.list();
      if (!all.some((publication) => publication.project === project)) throw notFound();
      const ofTable = ({ project, dataset, table }: TablePath) =>
        all.find((each) => each.project === project && each.dataset === dataset && each.tables.includes(table));
      const { sql, tables } = publicQuery(text, project, (path) => ofTable(path) !== undefined);
      const used = tables.flatMap((path) => ofTable(path) ?? []);
      const states = await Promise.all(tables.map(async (path) => stateOf(await warehouse.catalog.table(path))));
      // CURRENT_TIMESTAMP and the like make another answer of the same tables.
      const etag = fingerprint(sql, format, minuteNow(), ...states);
      return answerCached(request, reply, etag, async () => {
        const { body } = await answers.get(etag, async () => {
          const { columns, rows } = await ask(used, project, sql, []);
          return { body: written(format, columns, rows, {}) };
        });
        void reply.type(TYPES[format]);
        return body;
      });
    },
  );
}

const TYPES = { json: 'application/json; charset=utf-8', csv: 'text/csv; charset=utf-8' } as const;

function written(
  format: 'json' | 'csv',
  columns: QueryResult['columns'],
  rows: QueryResult['rows'],
  more: { next?: string },
): string {
  if (format === 'csv') {
    return csvText(
      columns.map(({ name }) => name),
      rows,
    );
  }
  const described = columns.map(({ name, type }) => ({ name, type: typeName(type) }));
  return JSON.stringify({ columns: described, rows, ...more });
}

function nextUrl({ url }: FastifyRequest, cursor: string): string {
  const [path, query] = url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('cursor', cursor);
  return `${path}?${parameters}`;
}

const text = { type: 'string', minLength: 1 };
const format = { type: 'string', enum: ['json', 'csv'] };
export const ROWS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    select: text,
    where: text,
    group: text,
    order: text,
    limit: { type: 'integer', minimum: 1, maximum: MOST_ROWS },
    cursor: text,
    format,
  },
};
export const SQL = {
  type: 'object',
  required: ['query'],
  additionalProperties: false,
  properties: { query: text, format },
};
