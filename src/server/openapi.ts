import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import { z } from 'zod';
import { routePath } from '../access/record.ts';

interface Operation {
  readonly method: string;
  /** As fastify has it. */
  readonly path: string;
  readonly config: FastifyContextConfig;
}

/** What has a document of its own; the portal's is `/api/portal/openapi.json`, with the tables that there are. */
const SURFACES = {
  arcos: {
    title: 'Arcos',
    has: (path: string) => /^\/(api|namespaces|login|metrics|ready|oauth2)(\/|$)/.test(path),
  },
  lake: {
    title: 'Arcos: the lake, as Cloud Storage’s JSON API',
    has: (path: string) => /^\/((upload|download|batch)\/)?storage\/v1(\/|$)/.test(path),
  },
  warehouse: {
    title: 'Arcos: the warehouse, as BigQuery’s API, version 2',
    has: (path: string) => /^\/(upload\/)?bigquery\/v2(\/|$)/.test(path),
  },
} as const;

/**
 * OpenAPI 3.1 documents of every route of `app` that is registered from now on, made from what the routes declare:
 * who may call them (`config.access`), and the forms of what they are asked with (`config.says`).
 */
export function openApiRoutes(app: FastifyInstance): void {
  const operations: Operation[] = [];
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) {
      if (each !== 'HEAD' && !url.includes('*'))
        operations.push({ method: each, path: routePath(url), config: config ?? {} });
    }
  });
  for (const [surface, { title, has }] of Object.entries(SURFACES)) {
    const path = surface === 'arcos' ? '/api/openapi.json' : `/api/openapi/${surface}.json`;
    app.get(path, { config: { access: 'public' } }, async ({ protocol, host }) =>
      documentOf(
        title,
        `${protocol}://${host}`,
        operations.filter((operation) => has(operation.path)),
      ),
    );
  }
}

function documentOf(title: string, server: string, operations: readonly Operation[]): object {
  const byPath = Map.groupBy(operations, ({ path }) => path.replace(/(?<=\/):(\w+)/g, '{$1}'));
  return {
    openapi: '3.1.0',
    info: { title, version: '1' },
    servers: [{ url: server }],
    components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    paths: Object.fromEntries(
      [...byPath].map(([path, list]) => [
        path,
        Object.fromEntries(list.map((operation) => [operation.method.toLowerCase(), operationOf(operation)])),
      ]),
    ),
  };
}

function operationOf({ method, path, config }: Operation): object {
  const { access, says } = config;
  const parameters = [...path.matchAll(/(?<=\/):(\w+)/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }));
  const hasBody = method !== 'GET' && method !== 'DELETE';
  return {
    operationId: `${method.toLowerCase()}_${path}`.replace(/\W+/g, '_'),
    ...(access === 'public' ? {} : { security: [{ key: [] }] }),
    ...(access !== undefined && access !== 'public' && 'action' in access
      ? { description: `Needs ${access.action}.` }
      : {}),
    parameters: [...parameters, ...queryOf(says?.query)],
    ...(hasBody || says?.body !== undefined
      ? { requestBody: { content: { 'application/json': { schema: schemaOf(says?.body) } } } }
      : {}),
    // What a route answers is in docs/reference/api.md; errors have one form.
    responses: { default: { description: 'The answer, or an error with its code and message.' } },
  };
}

function queryOf(schema: z.ZodType | undefined): object[] {
  const { properties = {}, required = [] } = schema === undefined ? {} : schemaOf(schema);
  return Object.entries(properties).map(([name, form]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: form,
  }));
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

function schemaOf(schema: z.ZodType | undefined): JsonSchema {
  if (schema === undefined) return { type: 'object' } as JsonSchema;
  // What is changed on reading, such as a text into a moment, is told as it is written.
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}
