import type { FastifyInstance } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import { anonymousJob } from '../anonymous.ts';
import { decorated, decoratedFrom } from '../decorator.ts';
import type { Page } from '../execute.ts';
import type { InsertAll } from '../insertall.ts';
import type { Job } from '../job.ts';
import { checkTableName, displayName } from '../tablename.ts';
import type { ExternalDefinition, ViewDefinition } from '../tables.ts';
import { flag } from './flag.ts';
import { type PageQuery, pageOf } from './paging.ts';
import type { DatasetRoute, TableRoute, WarehouseApi } from './routes.ts';
import { schemaActions } from './schemachange.ts';
import {
  createTableSql,
  externalDefinition,
  named,
  optionList,
  quoted,
  resultResource,
  type TableBody,
  tableResource,
  tableSummary,
} from './table.ts';

const LARGEST_PAGE = 10_000;

export function tableRoutes(app: FastifyInstance, { warehouse, may }: WarehouseApi): void {
  const { catalog } = warehouse;

  async function resource(path: TablePath) {
    const info = await catalog.table(path);
    if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
    const definition = info.kind === 'native' ? undefined : await catalog.definition(path);
    if (info.kind === 'view') return tableResource(info, undefined, (definition as ViewDefinition).query);
    return tableResource(info, definition as ExternalDefinition | undefined);
  }

  app.get<DatasetRoute & { Querystring: PageQuery }>(
    '/projects/:project/datasets/:dataset/tables',
    { config: may('dataset.list') },
    async ({ params, query }) => {
      if ((await catalog.dataset(params.project, params.dataset)) === undefined) {
        throw new ArcosError('NOT_FOUND', `Not found: Dataset ${params.project}:${params.dataset}`);
      }
      const tables = await catalog.tables(params.project, params.dataset);
      const { items, ...next } = pageOf(tables, query);
      return { kind: 'bigquery#tableList', tables: items.map(tableSummary), totalItems: tables.length, ...next };
    },
  );

  app.post<DatasetRoute & { Body: TableBody }>(
    '/projects/:project/datasets/:dataset/tables',
    { config: may('table.write') },
    async ({ params, body, principal }) => {
      const table = body.tableReference?.tableId;
      if (table === undefined)
        throw new ArcosError('INVALID', 'Required parameter is missing: tableReference.tableId', {
          data: { reason: 'required' },
        });
      checkTableName(table);
      const path = { ...params, table };
      if ((await catalog.table(path)) !== undefined)
        throw new ArcosError('CONFLICT', `Already Exists: Table ${displayName(path)}`);
      await create(principal, path, body);
      return resource(path);
    },
  );

  app.get<TableRoute>(
    '/projects/:project/datasets/:dataset/tables/:table',
    { config: may('table.describe') },
    async ({ params, principal }) => {
      const job = await resultJob(principal, params);
      if (job !== undefined) return resultResource(params, job);
      const { path } = decorated(params);
      return path === params ? resource(params) : { ...(await resource(path)), ...named(params) };
    },
  );

  /** The job whose rows a table has that nobody named; undefined for a table of a dataset. */
  async function resultJob(principal: Principal, path: TablePath): Promise<Job | undefined> {
    const jobId = anonymousJob(path);
    if (jobId === undefined) return undefined;
    const job = await warehouse.job(principal, path.project, jobId);
    if (job.columns !== undefined) return job;
    throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
  }

  for (const method of ['PATCH', 'PUT'] as const) {
    app.route<TableRoute & { Body: TableBody }>({
      method,
      url: '/projects/:project/datasets/:dataset/tables/:table',
      config: may('table.write'),
      async handler({ params, body, principal }) {
        await update(principal, params, body);
        return resource(params);
      },
    });
  }

  app.delete<TableRoute>(
    '/projects/:project/datasets/:dataset/tables/:table',
    { config: may('table.write') },
    async (request, reply) => {
      await warehouse.dropTable(request.principal, request.params);
      return reply.status(204).send();
    },
  );

  app.get<
    TableRoute & {
      Querystring: {
        maxResults?: string;
        startIndex?: string;
        pageToken?: string;
        'formatOptions.useInt64Timestamp'?: string;
        selectedFields?: string;
      };
    }
  >(
    '/projects/:project/datasets/:dataset/tables/:table/data',
    { config: may('table.read') },
    async ({ params, query, principal }, reply) => {
      const limit = Math.min(Number(query.maxResults ?? LARGEST_PAGE), LARGEST_PAGE);
      const offset = Number(query.pageToken ?? query.startIndex ?? 0);
      const micros = flag(query['formatOptions.useInt64Timestamp']);
      const { page, total } = await rowsOf(principal, params, query.selectedFields, { offset, limit });
      const next = offset + page.rows < total && page.rows > 0 ? `,"pageToken":"${offset + page.rows}"` : '';
      const rows = micros ? (page.micros ?? page.seconds) : page.seconds;
      return reply
        .type('application/json')
        .send(`{"kind":"bigquery#tableDataList","totalRows":"${total}"${next},"rows":[${rows}]}`);
    },
  );

  app.post<TableRoute & { Body: InsertAll }>(
    '/projects/:project/datasets/:dataset/tables/:table/insertAll',
    { config: may('table.write') },
    async ({ params, body, principal }) => {
      const insertErrors = await warehouse.insertAll(principal, params, { ...body, rows: body.rows ?? [] });
      const kind = 'bigquery#tableDataInsertAllResponse';
      return insertErrors.length === 0 ? { kind } : { kind, insertErrors };
    },
  );

  /** A page of a table's rows, and how many there are. */
  async function rowsOf(
    principal: Principal,
    path: TablePath,
    fields: string | undefined,
    { offset, limit }: { offset: number; limit: number },
  ): Promise<{ page: Page; total: number }> {
    const job = await resultJob(principal, path);
    if (job !== undefined) {
      const { page } = await warehouse.page(principal, job.project, job.id, offset, limit);
      return { page, total: job.totalRows ?? 0 };
    }
    const named = decorated(path);
    const info = await catalog.table(named.path);
    if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
    const from = decoratedFrom(named, info, new Date());
    const sql = `SELECT ${selected(fields)} FROM ${from} LIMIT ${limit} OFFSET ${offset}`;
    const { page } = await warehouse.run(principal, { sql, project: path.project });
    const known = named.path === path ? info.rows : undefined;
    return { page, total: await countRows(principal, named.path, from, known) };
  }

  /** The catalog knows how many rows a table has; how many of them one sees is counted. */
  async function countRows(
    principal: Principal,
    path: TablePath,
    from: string,
    known: number | undefined,
  ): Promise<number> {
    if (known !== undefined && (await catalog.policies.list(path)).length === 0) return known;
    const sql = `SELECT COUNT(*) AS n FROM ${from}`;
    const { rows } = await warehouse.client(principal).query({ sql, project: path.project });
    return Number(rows[0]?.['n'] ?? 0);
  }

  async function create(principal: Principal, path: TablePath, body: TableBody): Promise<void> {
    if (body.externalDataConfiguration !== undefined) {
      await warehouse.client(principal).putExternalTable(externalDefinition(path, body));
    } else if (body.view?.query !== undefined) {
      const sql = `CREATE VIEW ${quoted(path)} AS ${body.view.query}`;
      await warehouse.run(principal, { sql, project: path.project });
    } else {
      await warehouse.run(principal, { sql: createTableSql(path, body), project: path.project });
    }
  }

  /** External tables and views take a whole new definition; of native tables what they are described with changes. */
  async function update(principal: Principal, path: TablePath, body: TableBody): Promise<void> {
    const info = await catalog.table(path);
    if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(path)}`);
    if (info.kind === 'external') {
      const fields = body.schema === undefined ? {} : { schema: body.schema };
      if (body.externalDataConfiguration !== undefined)
        await warehouse.client(principal).putExternalTable(externalDefinition(path, { ...body, ...fields }));
      return;
    }
    if (info.kind === 'view') {
      if (body.view?.query === undefined) return;
      await warehouse.run(principal, {
        sql: `CREATE OR REPLACE VIEW ${quoted(path)} AS ${body.view.query}`,
        project: path.project,
      });
      return;
    }
    const { labels } = body;
    // A label of null is taken away, one that is not mentioned stays.
    const options = optionList({ ...body, ...(labels === undefined ? {} : { labels: { ...info.labels, ...labels } }) });
    const actions = [
      ...(body.schema?.fields === undefined ? [] : schemaActions(info, body.schema.fields)),
      ...(options.length === 0 ? [] : [`SET OPTIONS (${options.join(', ')})`]),
    ];
    if (actions.length === 0) return;
    await warehouse.run(principal, {
      sql: `ALTER TABLE ${quoted(path)} ${actions.join(', ')}`,
      project: path.project,
    });
  }
}

/** The fields that a client wants, of nested ones the whole column: `id,address.city`. */
function selected(fields: string | undefined): string {
  if (fields === undefined || fields === '') return '*';
  const names = new Set(fields.split(',').map((field) => field.trim().split('.', 1).join('').replaceAll('`', '')));
  return [...names].map((name) => `\`${name}\``).join(', ');
}
