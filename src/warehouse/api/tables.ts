import type { FastifyInstance } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { ArcosError } from '../../base/errors.ts';
import type { TablePath } from '../../sql/catalog.ts';
import type { InsertAll } from '../insertall.ts';
import { displayName } from '../tablename.ts';
import type { ExternalDefinition, ViewDefinition } from '../tables.ts';
import type { DatasetRoute, TableRoute, WarehouseApi } from './routes.ts';
import {
  createTableSql,
  externalDefinition,
  optionList,
  quoted,
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

  app.get<DatasetRoute>(
    '/projects/:project/datasets/:dataset/tables',
    { config: may('dataset.list') },
    async ({ params }) => {
      if ((await catalog.dataset(params.project, params.dataset)) === undefined) {
        throw new ArcosError('NOT_FOUND', `Not found: Dataset ${params.project}:${params.dataset}`);
      }
      const tables = await catalog.tables(params.project, params.dataset);
      return { kind: 'bigquery#tableList', tables: tables.map(tableSummary), totalItems: tables.length };
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
    async ({ params }) => resource(params),
  );

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
      const info = await catalog.table(params);
      if (info === undefined) throw new ArcosError('NOT_FOUND', `Not found: Table ${displayName(params)}`);
      const sql = `SELECT ${selected(query.selectedFields)} FROM ${quoted(params)} LIMIT ${limit} OFFSET ${offset}`;
      const { page } = await warehouse.run(principal, { sql, project: params.project });
      const micros = query['formatOptions.useInt64Timestamp'] === 'true';
      const total = await countRows(principal, params, info.rows);
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

  /** The catalog knows how many rows a table has; how many of them one sees is counted. */
  async function countRows(principal: Principal, path: TablePath, known: number | undefined): Promise<number> {
    if (known !== undefined && (await catalog.policies.list(path)).length === 0) return known;
    const sql = `SELECT COUNT(*) AS n FROM ${quoted(path)}`;
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
    const options = optionList(body);
    if (options.length === 0) return;
    await warehouse.run(principal, {
      sql: `ALTER TABLE ${quoted(path)} SET OPTIONS (${options.join(', ')})`,
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
