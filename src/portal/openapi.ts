import { ROWS, SQL } from './api.ts';
import type { Site } from './feeds.ts';
import type { Entry } from './search.ts';

/** OpenAPI 3.1 of the published data, with the tables that there are. */
export function openApi(site: Site, entries: readonly Entry[]): object {
  const tables = entries.flatMap(({ publication, tables }) =>
    tables.map(({ path }) => ({ publication, table: path.table })),
  );
  const projects = [...new Set(entries.map(({ publication }) => publication.project))];
  return {
    openapi: '3.1.0',
    info: {
      title: `${site.city}: open data`,
      version: '1',
      description: 'Rows of published tables, and read-only GoogleSQL over them. No key is needed.',
    },
    servers: [{ url: site.origin }],
    paths: Object.fromEntries([
      ...tables.map(({ publication: { project, dataset, title }, table }) => [
        `/api/portal/${project}/${dataset}/${table}/rows`,
        {
          get: {
            operationId: `rows_${project}_${dataset}_${table}`.replace(/\W/g, '_'),
            tags: [title],
            summary: `Rows of ${table}`,
            parameters: parametersOf(ROWS.properties, []),
            responses: RESPONSES,
          },
        },
      ]),
      ...projects.map((project) => [
        `/api/portal/${project}/sql`,
        {
          get: {
            operationId: `sql_${project}`.replace(/\W/g, '_'),
            summary: 'One SELECT over published tables; 1,000 rows, 2 GiB read and 10 s at the most',
            parameters: parametersOf(SQL.properties, SQL.required),
            responses: RESPONSES,
          },
        },
      ]),
    ]),
    components: {
      schemas: {
        Rows: {
          type: 'object',
          required: ['columns', 'rows'],
          properties: {
            columns: {
              type: 'array',
              items: { type: 'object', properties: { name: { type: 'string' }, type: { type: 'string' } } },
            },
            rows: { type: 'array', items: { type: 'object' } },
            next: { type: 'string', description: 'Pass as cursor for the next page; absent on the last one.' },
          },
        },
        Error: {
          type: 'object',
          properties: {
            error: {
              type: 'object',
              properties: {
                code: { type: 'string' },
                message: { type: 'string' },
                hint: { type: 'string' },
                data: { type: 'object' },
              },
            },
          },
        },
      },
    },
  };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  select: 'Columns, parts of dates (year, month, day) and aggregates: `bairro, sum(chamados) as total`',
  where: "Conditions: `chamados > 10 and search(nome, 'sao')`",
  group: 'What rows are put together by: `bairro, year(data)`',
  order: 'Columns of the result: `total desc, bairro`',
  limit: 'Rows of the page; 100 when not said',
  cursor: '`next` of the page before',
  format: '`json` or `csv`',
  query: 'GoogleSQL',
};

function parametersOf(properties: Readonly<Record<string, object>>, required: readonly string[]): object[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    description: DESCRIPTIONS[name],
    schema,
  }));
}

const failure = (description: string) => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
});

const RESPONSES = {
  '200': {
    description: 'The rows',
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/Rows' } },
      'text/csv': { schema: { type: 'string' } },
    },
  },
  '304': { description: 'The state named by If-None-Match' },
  '400': failure('The question is wrong; the message says where'),
  '404': failure('There is no such published table'),
  '410': failure('The cursor is of an earlier state of the table'),
  '413': failure('The question reads too much'),
  '429': failure('Too many questions at the same time'),
  '504': failure('The answer takes too long'),
};
